/*
 * err.h - why something failed, in one sentence the caller owns.
 *
 * Floor 0.  Allocates nothing, logs nothing.
 */
#ifndef TUIDING_ERR_H
#define TUIDING_ERR_H

#define ERR_MAX	512		/* octets of the sentence, its NUL included */

struct err {
	char	text[ERR_MAX];	/* lower case, what failed first, no full stop */
};

/*
 * Writes the sentence and returns -1, so that "return err_set(...)" is the whole failure path.
 * err may be NULL (nobody asks why).  A longer sentence is cut at a character border; control
 * characters become '?', so that hostile text cannot forge log lines.
 */
int	err_set(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* As err_set(), but puts the words in front of what err says already: "words: what it said". */
int	err_prefix(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
