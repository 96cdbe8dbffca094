/*
 * judge.h - one message in, the answers out.
 *
 * Floor 3.5.  judge_message() is the one road: the daemon, "tuiding check" and the golden tests all take it.
 * Knows no libmilter, no configuration file, no clock: they come in as settings and facts.  A judge is
 * immutable, counted, and shared by all threads; its ledger and its split memory outlive it.
 */
#ifndef TUIDING_JUDGE_H
#define TUIDING_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "addr.h"
#include "err.h"
#include "judge_rules.h"
#include "ledger.h"
#include "mime.h"
#include "policy.h"
#include "sender.h"
#include "token.h"

enum judge_mixed { JUDGE_MIXED_NONE, JUDGE_MIXED_TEMPFAIL_ONCE, JUDGE_MIXED_REMOVE, JUDGE_MIXED_TAG, JUDGE_MIXED_REJECT };

struct judge_list {
	const char *const	*item;
	size_t			 n;
};

struct judge_policy {
	enum policy_direction	 direction;
	const char		*domain;		/* sender domain; "": all */
	struct policy_row	 row;
};

struct judge_split;		/* memory of mixed messages: judge_split.h */
struct judge_rate;		/* how many commands came from whom: judge_rate.h */

/* All strings are copied by judge_new().  Lists as in conf.h. */
struct judge_settings {
	enum policy_mode	 mode;
	double			 required_score, reject_score;
	struct judge_list	 local_domains;
	struct judge_list	 internal_hosts, gateway_hosts, trusted_forwarders, exempt_clients;
	struct judge_list	 trusted_lists, exempt_senders;
	struct judge_list	 exempt_recipients, forwarded_recipients;	/* keys or "@domain" */
	struct judge_list	 authserv_ids, public_mail_domains;
	struct judge_list	 recipient_map;		/* pairs, sorted by alias */
	const char		*recipient_delimiter;
	const char		*default_domain;	/* of recipients without one; "": none */
	const char		*command_address, *complaint_address;
	const struct judge_policy *policies;
	size_t			 npolicies;
	enum judge_mixed	 mixed, outbound_mixed;
	const char		*subject_tag;		/* UTF-8 */
	bool			 header_other;
	const char		*reject_text, *tempfail_text, *mixed_text;	/* ASCII; {id}, {sender} stand for values */
	const char		*default_charset;
	struct mime_limits	 mime;
	bool			 offer, outbound_offer;	/* the way out on commercial mail; on our own */
	bool			 outbound_label;	/* subject_tag on our own commercial mail */
	struct judge_list	 login_map;		/* pairs, sorted by login */
	struct judge_list	 trusted_submitters;	/* networks whose From is believed without a login */
	struct judge_list	 shared_recipients;	/* keys or "@domain": nobody's word binds them */
	bool			 unproven_refusals;	/* an outside person's refusal that nothing proves is recorded */
	unsigned		 commands_per_hour, client_commands_per_hour;	/* 0: no limit */
	unsigned		 correspondent_days;	/* 0: nobody is a correspondent */
	unsigned		 confirmations_per_day;
	size_t			 evidence_max;		/* octets of a message kept as evidence */
	bool			 measures;		/* a complaint queues its measure */
	struct token_keys	*keys;			/* NULL: no tokens, no correspondents; taken over */
	struct judge_rate	*rate;			/* NULL: commands are not counted */
	struct ledger		*ledger;		/* NULL: cannot be read (standing unknown) */
	struct judge_split	*split;			/* NULL: mixed messages are not remembered */
};

struct judge;

/* rules and settings->keys are taken over, also when it fails.  0, or -1. */
int		 judge_new(const struct judge_settings *settings, struct judge_rules *rules,
		    struct judge **judge_r, struct err *err);
/* The same judge with another ledger: its rules are shared, not read again. */
int		 judge_with_ledger(const struct judge *judge, struct ledger *ledger, struct judge **judge_r,
		    struct err *err);
struct judge	*judge_ref(struct judge *judge);
void		 judge_unref(struct judge *judge);		/* frees with the last; NULL is fine */
const struct judge_rules	*judge_ruleset(const struct judge *judge);
enum policy_mode		 judge_mode(const struct judge *judge);

/* What the door knows about a message. */
struct judge_message {
	const char		*octets;	/* header fields, empty line, body; either line end */
	size_t			 len;
	const char		*client;	/* address literal; NULL: a local submission */
	const char		*login;		/* SASL login, or NULL */
	const char		*sender;	/* MAIL FROM as given; NULL reads as the null sender */
	const char *const	*rcpts;		/* as the MTA gave them */
	size_t			 nrcpts;	/* 0: class and score only (tuiding check) */
	const char		*queue_id;	/* or NULL */
	int64_t			 now;		/* ms since 1970 */
	bool			 dry;		/* record nothing, remember nothing */
	bool			 can_remove, can_quarantine;	/* what the MTA granted */
};

/* What came out for one recipient. */
struct judge_recipient {
	char			 key[ADDR_MAX + 1];	/* "" when it is no mailbox */
	char			 id[LEDGER_ID_MAX + 1];	/* of its decision; "" none */
	bool			 exempt;
	struct policy_finding	 finding;
	int64_t			 word;			/* seq of the statement or id of the rule; 0 none */
	char			 matched[ADDR_KEY_MAX + 1];
	enum policy_action	 would;			/* what enforcement does for this recipient alone */
	enum policy_action	 action;		/* what is done */
};

/* What a person said in this message, and what came of it: for the log. */
struct judge_said {
	char	verb[16];			/* "refuse", "consent" …; "" the message says nothing to us */
	char	path[16];			/* "reply", "token", "mail", "customer", "complaint" */
	char	person[ADDR_MAX + 1];		/* for whom; "" nobody who is known */
	char	proof[32];			/* "login", "submitter", "token", "dmarc" …; "none" */
	char	key[ADDR_KEY_MAX + 1];		/* about whom; "" */
	char	reference[LEDGER_REFERENCE_MAX + 1];	/* of the statement; "" */
	char	outcome[32];			/* "recorded", "repeated", "ignored: why" */
	unsigned	cases;			/* complaints opened */
};

struct judge_answer {
	enum policy_class	 class;
	enum policy_direction	 direction;
	double			 score, required;
	bool			 untouched;	/* exempt, or judged before: change nothing, but see strip */
	enum policy_action	 action;	/* for the message: ACCEPT, TAG, QUARANTINE, REJECT, TEMPFAIL */
	char			 code[4];	/* "550", "451"; "" */
	char			 xcode[8];	/* "5.7.1" */
	char			 text[600];	/* ASCII, one line */
	char			*header;	/* value of X-Tuiding to insert (LF folding); NULL: none */
	char			*subject;	/* new value of Subject; NULL: leave it */
	bool			 subject_absent;	/* there is no Subject field: add one */
	size_t			 nsubjects;	/* with subject: how many there are; all but the first are removed */
	char			*offer;		/* value of X-Tuiding-Refuse; NULL: none */
	char			*unsubscribe;	/* value of List-Unsubscribe; NULL: none, or the message has its own */
	struct judge_said	 said;
	bool			 strip;		/* remove incoming X-Tuiding* fields */
	struct judge_recipient	*rcpts;		/* nrcpts of them */
	size_t			 nrcpts;
	char			 id[LEDGER_ID_MAX + 1];		/* of the message; of another than commercial: in its header only */
	char			 from[ADDR_MAX + 1];
	char			 sender_key[ADDR_KEY_MAX + 1];	/* default key */
	char			 method[32];
	char			 rules[1024];	/* "NAME,NAME" greatest weight first */
	char			 scored[1024];	/* "NAME=1.50,…" */
	bool			 ledger_failed;	/* standing unknown, or the decision could not be recorded */
	char			 why[ERR_MAX];	/* the reason of that, or of a failure to judge; "" */
	size_t			 nrules_failed;
	char			 rule_failed[RULES_NAME_MAX + 1];	/* the first that ran into a limit; "" */
};

/*
 * Judges one message.  Always gives an answer: what cannot be read is judged as far as it can be; when there
 * is no memory to judge at all the answer is TEMPFAIL with why.  Decisions are durable when it returns (unless
 * dry).  Free with judge_answer_clear().
 */
void	judge_message(struct judge *judge, const struct judge_message *message, struct judge_answer *answer_r);
void	judge_answer_clear(struct judge_answer *answer);

/*
 * At RCPT: whether this recipient of a message that was mixed before must wait for its own transaction
 * (451 4.5.3).  *group: -1 before the first recipient of a message; kept by the caller.  Costs nothing for a
 * sender that nothing is remembered of.  DESIGN section 6, "Several recipients".
 */
bool	judge_recipient_waits(const struct judge *judge, const char *client, const char *login,
	    const char *sender, const char *rcpt, int *group, int64_t now);

#endif
