/*
 * learn.h - rules with weights, fitted on labelled mail.
 *
 * Floor 3.  Messages go in, each with its class; out come phrases and facts that tell the classes apart, as
 * rules in our own language, on the scale of the rules that were there before.  The same messages in the same
 * order give the same rules.  Keeps texts of the messages while it lives; what it writes names no message
 * but by its path, and only in reports.
 */
#ifndef TUIDING_LEARN_H
#define TUIDING_LEARN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "err.h"
#include "mime.h"
#include "text.h"

#define LEARN_FACTS_WORDS	2
#define LEARN_FACTS_MAX		(64 * LEARN_FACTS_WORDS)	/* of the facts in learn_facts() */

/* A rule that was there before. */
struct learn_rule {
	const char	*name;
	double		 score;		/* 0: it only serves others */
};

/* What others know of one message. */
struct learn_look {
	double		 base;		/* the score of the rules that were there before */
	uint64_t	 facts[LEARN_FACTS_WORDS];	/* bit i, from the lowest: the i-th rule of learn_facts() hit */
	unsigned char	*hit;		/* for each rule of the settings: not 0 when it hit; learn's, free(); NULL: none */
};
/* Puts the rules to a message.  0, or -1. */
typedef int	learn_look_fn(void *arg, const struct mime *mime, const struct text *text,
		    struct learn_look *look_r, struct err *err);
/* How far the work is: a step's name, done of all. */
typedef void	learn_progress_fn(void *arg, const char *step, size_t done, size_t all);

struct learn_settings {
	size_t			 max_rules;
	unsigned		 min_messages;	/* a phrase must stand in as many */
	double			 false_positives; /* rate on held-out mail that required stands for */
	double			 required;	/* the score that makes a message commercial */
	double			 cost;		/* of the regression; 0: chosen by cross-validation */
	unsigned		 folds;		/* of the cross-validation, 2 to 20 */
	const char		*default_charset;
	const char *const	*without;	/* words never to be learnt, folded; sorted by octets */
	size_t			 nwithout;
	const struct learn_rule	*rules;		/* those before; what they weigh is corrected beside the phrases */
	size_t			 nrules;
	learn_look_fn		*look;
	learn_progress_fn	*progress;	/* NULL: none */
	void			*arg;		/* of both */
};
extern const struct learn_settings	learn_settings_default;	/* 3,000, 5, 0.005, 5.0, 0, 5, GB18030 */

struct learn_message {
	const char	*path;		/* for the report */
	const char	*group;		/* held out together; NULL: the sender's domain */
	const char	*set;		/* the report tells of each set */
	const char	*octets;
	size_t		 len;
	bool		 commercial;
	unsigned	 weight;	/* 1 to 20: counts as many times */
};

struct learn;

/* False when this build has no liblinear: learn_fit() then fails. */
bool	learn_available(void);

/*
 * The facts that may become rules: a rules file of LEARN_FACTS_MAX rules at most, in order.
 * The caller's, free().
 */
char	*learn_facts(void);

/* The strings of settings must outlive it.  0, or -1 for a setting out of its range. */
int	learn_new(const struct learn_settings *settings, struct learn **learn_r, struct err *err);
void	learn_free(struct learn *learn);			/* NULL is fine */

/* One message.  0; -1 when it could not be read, and learn is as before. */
int	learn_add(struct learn *learn, const struct learn_message *message, struct err *err);
size_t	learn_count(const struct learn *learn, bool commercial);

/*
 * Fits.  0; -1 when a class has too few messages, or groups, to learn and to hold out, or there is no
 * liblinear.  Once.
 */
int	learn_fit(struct learn *learn, struct err *err);

/* What was found on mail held out, at the score required. */
struct learn_rates {
	size_t	commercial, other;	/* messages */
	size_t	found, wrong;		/* of them called commercial */
};
enum learn_by { LEARN_BY_BASE, LEARN_BY_LEARNED, LEARN_BY_BOTH, LEARN_BY_MAX };
/* set: NULL for all messages. */
struct learn_rates	learn_rates(const struct learn *learn, enum learn_by by, const char *set);
size_t			learn_set_count(const struct learn *learn);
const char		*learn_set_name(const struct learn *learn, size_t i);
size_t			learn_rule_count(const struct learn *learn);

/*
 * The rules, as a file of our language; the report, as a page of HTML that needs nothing else, in English and
 * Chinese.  After learn_fit().  0, or -1: it was not written.
 */
int	learn_write(const struct learn *learn, FILE *out, struct err *err);
int	learn_html(const struct learn *learn, FILE *out, struct err *err);

#endif
