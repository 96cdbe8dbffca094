/*
 * learn_private.h - what the files of learn share: messages as rows, phrases as columns.
 *
 * Floor 3, private to learn.
 */
#ifndef TUIDING_LEARN_PRIVATE_H
#define TUIDING_LEARN_PRIVATE_H

#include <glib.h>
#include "learn.h"

#define LEARN_TERM_MAX	64		/* octets of a phrase */
#define LEARN_NAME_MAX	112		/* octets of a rule's name and its NUL */
#define LEARN_TEXT_MAX	65536		/* octets of folded text that are learnt from */

/* One message. */
struct learn_row {
	char		*path;
	const char	*set;		/* owned by learn */
	unsigned	 group, fold;
	unsigned	 weight;
	bool		 commercial;
	bool		 han;		/* has Chinese text, as the fact says */
	char		*text;		/* folded, subject first */
	size_t		 len;
	char		*names;		/* folded names and addresses of its header */
	size_t		 names_len;
	struct learn_look look;
	uint32_t	*col;		/* the columns that are present, ascending */
	size_t		 ncols;
	double		 alone, both;	/* its scores when it was held out: without the base, and with it */
};

enum learn_kind { LEARN_NONE, LEARN_PHRASE, LEARN_SUBJECT, LEARN_FACT, LEARN_RULE };

/* One candidate for a rule. */
struct learn_col {
	enum learn_kind	 kind;
	char		*text;		/* the phrase; NULL for a fact, and for a rule of the base */
	unsigned	 number;	/* of the fact, or of the rule */
	unsigned	 count[2];	/* other and commercial messages that have it */
	double		 weight;	/* in the end: on the scale of the scores */
};

struct learn {
	struct learn_settings	 set;
	GPtrArray		*rows;		/* struct learn_row */
	GHashTable		*groups;	/* name -> number + 1 */
	GHashTable		*sets;		/* owns names of sets */
	GPtrArray		*set_names;	/* in the order met */
	GArray			*cols;		/* struct learn_col: phrases, facts, rules */
	size_t			 first_rule;	/* column of the first rule of the base */
	double			 slope;		/* log-odds that one point of the base's score is worth */
	double			 intercept;	/* of all messages, on the scale of the scores */
	double			 cost;		/* the chosen C */
	size_t			 nrules;	/* columns with a weight, and the intercept */
	bool			 fitted;
};

/* ---- learn_terms.c */
typedef void	learn_term_fn(void *arg, const char *term, size_t len);
/*
 * The phrases of a folded text, each as often as it stands there: runs of 2 to 5 Han characters, words
 * and pairs of words of Latin letters.  short_words: words of two and three letters too.
 */
void	learn_terms_walk(const char *text, size_t len, bool short_words, learn_term_fn *fn, void *arg);
/* The first line of a folded text. */
size_t	learn_terms_subject(const char *text, size_t len);

/* ---- learn_vocab.c: the phrases worth a column; adds them to cols, sorted by octets. */
void	learn_vocab_add(struct learn *learn, enum learn_kind kind);

/* ---- learn_trie.c: which of many phrases stand in a text. */
struct learn_trie;
struct learn_trie	*learn_trie_new(void);
void			 learn_trie_free(struct learn_trie *trie);	/* NULL is fine */
void			 learn_trie_add(struct learn_trie *trie, const char *phrase, uint32_t number);
typedef void		 learn_trie_fn(void *arg, uint32_t number);
void			 learn_trie_walk(const struct learn_trie *trie, const char *text, size_t len,
			    learn_trie_fn *fn, void *arg);

/* ---- learn_facts.c */
size_t		 learn_facts_count(void);
const char	*learn_facts_name(size_t i);
/* Number of the fact that a message has Chinese text. */
size_t		 learn_facts_han(void);
/* Adds the lines of a rules file that make fact i. */
void		 learn_facts_put(size_t i, GString *out);

/* ---- learn_solve.c: liblinear's wall, and the fit */
struct learn_model {
	double	*weight;	/* one a column; of a rule of the base: what is added to its score */
	double	 bias;
};
/* Log-odds that one point of the base's score is worth, by all messages. */
double	learn_solve_slope(const struct learn *learn);
/*
 * Fits the rows that are not of fold without (-1: all) at cost c: chooses the best max columns, then weighs
 * them.  0, and the model's, freed by learn_solve_clear(); -1.
 */
int	learn_solve(const struct learn *learn, int without, double c, size_t max, struct learn_model *model_r,
	    struct err *err);
void	learn_solve_clear(struct learn_model *model);
/* A row's log-odds: of what is learned alone, and with the base. */
double	learn_solve_alone(const struct learn *learn, const struct learn_model *model, const struct learn_row *row);
double	learn_solve_both(const struct learn *learn, const struct learn_model *model, const struct learn_row *row);

/* ---- learn_cross.c: folds, cost, threshold and scale */
int	learn_cross(struct learn *learn, struct err *err);

/* ---- learn_measure.c */
struct learn_point {
	double	score;
	double	weight;
	bool	commercial;
};
/* Sorts by score, the highest first. */
void	learn_measure_sort(struct learn_point *point, size_t n);
/*
 * The threshold that finds most, of those at which at most rate of the other mail (by weight) is called
 * commercial; the points are sorted.  Infinite when none finds anything.  *recall_r: the share found.
 */
double	learn_measure_threshold(const struct learn_point *point, size_t n, double rate, double *recall_r);
/* All rows by their held-out scores, sorted; the caller's, g_free(). */
struct learn_point	*learn_measure_points(const struct learn *learn, enum learn_by by);
/* A row's held-out score. */
double	learn_measure_score(const struct learn_row *row, enum learn_by by);

/* ---- learn_plot.c: drawings as SVG, added to out */
void	learn_plot_curves(const struct learn *learn, GString *out);
void	learn_plot_scores(const struct learn *learn, GString *out);

/* ---- learn_write.c */
/* Columns that have a weight, the greatest first; the caller's, g_free(). */
const struct learn_col	**learn_write_order(const struct learn *learn, size_t *n_r);
/* The name of a column's rule. */
void	learn_write_name(const struct learn *learn, const struct learn_col *col, char out[LEARN_NAME_MAX]);

#endif
