/*
 * judge_mark.c - what a delivered message bears: the X-Tuiding field and the label in its subject.
 *
 * Floor 3.5, part of judge.  DESIGN section 6.  Names no recipient: a Bcc must not be given away.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <glib.h>
#include "charset.h"
#include "judge_private.h"

#define FIELD_MAX	1800	/* octets of an X-Tuiding value */
#define LINE_FOLD	78	/* RFC 5322 2.1.1 */
#define RULES_SHOWN	600	/* octets of rule names in the field */
#define SUBJECT_MAX	4096	/* octets of a subject that is written again as it is */
#define SUBJECT_CUT	200	/* characters of a longer one */

void
judge_fill(const char *text, const char *id, const char *sender, char *out, size_t size)
{
	const char *value;
	size_t n = 0, skip;

	while (*text != '\0' && n + 1 < size) {
		value = NULL;
		if (strncmp(text, "{id}", 4) == 0) {
			value = id[0] == '\0' ? "-" : id;
			skip = 4;
		} else if (strncmp(text, "{sender}", 8) == 0) {
			value = sender[0] == '\0' ? "-" : sender;
			skip = 8;
		}
		if (value == NULL) {
			out[n++] = *text++;
			continue;
		}
		text += skip;
		for (; *value != '\0' && n + 1 < size; value++)
			out[n++] = *value > 0x20 && *value < 0x7f ? *value : '?';
	}
	out[n] = '\0';
}

/* ---- the field --------------------------------------------------------------------------------- */

struct field {
	char	text[FIELD_MAX];
	size_t	len;
	size_t	column;			/* on the line being written */
};

/* Adds a piece that is not to be broken; folds before it when the line would grow too long. */
static void
field_piece(struct field *f, const char *piece, size_t n, bool blank)
{
	if (f->len + n + 4 >= sizeof(f->text))
		return;
	if (f->column + n + 1 > LINE_FOLD && f->len > 0) {
		f->text[f->len++] = '\n';
		f->text[f->len++] = '\t';
		f->column = 8;
	} else if (blank && f->len > 0) {
		f->text[f->len++] = ' ';
		f->column++;
	}
	memcpy(f->text + f->len, piece, n);
	f->len += n;
	f->column += n;
	f->text[f->len] = '\0';
}

static void __attribute__((format(printf, 3, 4)))
field_add(struct field *f, const char *end, const char *fmt, ...)
{
	char piece[ADDR_KEY_MAX + 64];
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(piece, sizeof(piece) - 2, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	for (p = piece; *p != '\0'; p++)	/* a key may hold what would end a value here */
		if (*p <= 0x20 || *p >= 0x7f || *p == ';' || *p == ',')
			*p = '?';
	(void)g_strlcat(piece, end, sizeof(piece));
	field_piece(f, piece, strlen(piece), true);
}

/* The rules' names may be broken at their commas. */
static void
field_rules(struct field *f, const char *names)
{
	const char *p = names, *comma;
	size_t n, shown = 0;
	bool first = true;
	char piece[RULES_NAME_MAX + 16];

	while (*p != '\0' && shown < RULES_SHOWN) {
		comma = strchr(p, ',');
		n = comma == NULL ? strlen(p) : (size_t)(comma - p);
		if (n > RULES_NAME_MAX)
			break;
		(void)snprintf(piece, sizeof(piece), "%s%.*s%s", first ? "rules=" : "", (int)n, p,
		    comma == NULL || shown + n >= RULES_SHOWN ? ";" : ",");
		field_piece(f, piece, strlen(piece), first);
		shown += n;
		first = false;
		p += n + (comma != NULL);
	}
}

/* The standing all recipients share; STANDING_NONE_YET when they differ. */
static enum policy_standing
shared_standing(const struct judge_answer *a)
{
	size_t i;

	for (i = 1; i < a->nrcpts; i++)
		if (a->rcpts[i].finding.standing != a->rcpts[0].finding.standing)
			return STANDING_NONE_YET;
	return a->nrcpts == 0 ? STANDING_NONE_YET : a->rcpts[0].finding.standing;
}

/* What enforcement would have done with every copy; ACTION_NONE when they differ: one is not to read of the other. */
static enum policy_action
shared_would(const struct judge_answer *a)
{
	size_t i;

	for (i = 1; i < a->nrcpts; i++)
		if (a->rcpts[i].would != a->rcpts[0].would)
			return ACTION_NONE;
	return a->nrcpts == 0 ? ACTION_NONE : a->rcpts[0].would;
}

static void
mark_header(struct judge_case *c)
{
	struct judge_answer *a = c->answer;
	struct field f = { .column = strlen("X-Tuiding: ") };
	enum policy_standing standing;
	bool observe;

	if (a->class == CLASS_OTHER) {
		if (!c->judge->set.header_other)
			return;
		field_add(&f, ";", "class=other");
		field_add(&f, a->id[0] == '\0' ? "" : ";", "score=%.2f/%.2f", a->score, a->required);
		if (a->id[0] != '\0')
			field_add(&f, "", "id=%s", a->id);
		a->header = strdup(f.text);
		return;
	}
	observe = c->judge->set.mode == MODE_OBSERVE;
	standing = shared_standing(a);
	field_add(&f, ";", "class=commercial");
	field_add(&f, ";", "score=%.2f/%.2f", a->score, a->required);
	if (standing != STANDING_NONE_YET)
		field_add(&f, ";", "standing=%s", policy_standing_name(standing));
	field_add(&f, ";", "action=%s", policy_action_name(a->action));
	if (observe && a->nrcpts > 0) {
		field_add(&f, ";", "mode=observe");
		if (shared_would(a) != ACTION_NONE)
			field_add(&f, ";", "would=%s", policy_action_name(shared_would(a)));
	}
	if (a->sender_key[0] != '\0')
		field_add(&f, ";", "sender=%s", a->sender_key);
	field_rules(&f, a->rules);
	if (a->id[0] != '\0')
		field_add(&f, "", "id=%s", a->id);
	else if (f.len > 0 && f.text[f.len - 1] == ';')
		f.text[f.len - 1] = '\0';
	a->header = strdup(f.text);
}

/* ---- the subject ------------------------------------------------------------------------------- */

/*
 * Labels that MII Order 38 Art. 13 and custom put in front, after NFKC (which turns （ and ［ into ( and [).
 * A bare word is a label only where the word ends: "广告设计" and "Ad hoc" are none.
 */
static const struct {
	const char	*label;
	bool		 bare;
} labels[] = {
	{ "广告", true }, { "AD", true }, { "ADV", true },
	{ "[广告]", false }, { "(广告)", false }, { "【广告】", false }, { "<广告>", false }, { "《广告》", false },
	{ "「广告」", false }, { "〔广告〕", false }, { "[AD]", false }, { "(AD)", false }, { "<AD>", false },
	{ "【AD】", false }, { "[ADV]", false }, { "(ADV)", false }, { "[推广]", false }, { "(推广)", false },
	{ "【推广】", false }, { "[廣告]", false }, { "(廣告)", false }, { "【廣告】", false }, { "廣告", true },
};

/* Whether the subject begins with a label, or with our own tag. */
static bool
has_label(const char *subject, const char *tag)
{
	char *text, *own;
	bool found;
	size_t i;

	text = g_utf8_normalize(subject, -1, G_NORMALIZE_ALL_COMPOSE);
	own = g_utf8_normalize(tag, -1, G_NORMALIZE_ALL_COMPOSE);
	if (text != NULL)
		g_strstrip(text);
	if (own != NULL)
		g_strstrip(own);
	found = text != NULL && own != NULL && own[0] != '\0' && g_str_has_prefix(text, own);
	for (i = 0; text != NULL && !found && i < sizeof(labels) / sizeof(labels[0]); i++)
		found = g_str_has_prefix(text, labels[i].label) && (!labels[i].bare ||
		    !g_unichar_isalnum(g_utf8_get_char(text + strlen(labels[i].label))));
	g_free(text);
	g_free(own);
	return found;
}

static bool
is_plain_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text >= 0x7f || ((unsigned char)*text < 0x20 && *text != '\t' && *text != '\n'))
			return false;
	return true;
}

/*
 * The tag in front of the subject.  What is already encoded stays as it is, letter by letter, but for blanks and
 * line breaks in front of it; only raw 8-bit octets, which no header may hold without SMTPUTF8, are encoded anew.
 */
static char *
tagged_subject(const char *tag, const struct mime_field *subject)
{
	const char *raw = subject == NULL ? "" : subject->raw;
	char *words, *coded, *all = NULL;
	bool keep;

	raw += strspn(raw, " \t\r\n");		/* a subject may begin on the next line */
	keep = raw[0] != '\0' && is_plain_ascii(raw);

	/* A blank between two encoded-words is not shown (RFC 2047 6.2): it goes inside the first. */
	words = keep || subject == NULL ? g_strdup(tag) : g_strconcat(tag, subject->text, NULL);
	if (raw[0] == '\0' || (keep && (!g_str_has_prefix(raw, "=?") || is_plain_ascii(tag))))
		g_strchomp(words);
	coded = charset_encode_header(words, strlen("Subject: "));
	if (coded != NULL && asprintf(&all, "%s%s%s", coded, keep ? "\n " : "", keep ? raw : "") < 0)
		all = NULL;
	charset_free(coded);
	g_free(words);
	return all;
}

/* The tag and what stands first in a subject too long to be written again as it is. */
static char *
cut_subject(const char *tag, const char *text)
{
	char *cut = g_utf8_substring(text, 0, g_utf8_strlen(text, -1) > SUBJECT_CUT ? SUBJECT_CUT : -1);
	char *words = g_strconcat(tag, g_strchomp(cut), NULL), *coded, *all;

	coded = charset_encode_header(words, strlen("Subject: "));
	all = coded == NULL ? NULL : strdup(coded);
	charset_free(coded);
	g_free(words);
	g_free(cut);
	return all;
}

/* Only where every recipient's copy is tagged, is ours, and goes nowhere else (a changed subject breaks DKIM). */
static bool
may_edit_subject(const struct judge_case *c)
{
	const struct judge_answer *a = c->answer;
	size_t i;

	if (c->judge->set.subject_tag[0] == '\0')
		return false;
	if (a->direction == DIRECTION_OUTBOUND && a->class == CLASS_COMMERCIAL && c->judge->set.outbound_label &&
	    c->judge->set.mode != MODE_OBSERVE)
		return true;			/* MII Order 38 Art. 13; the signer comes after us */
	if (a->action != ACTION_TAG)
		return false;
	for (i = 0; i < a->nrcpts; i++) {
		const struct judge_recipient *r = &a->rcpts[i];

		if (r->action == ACTION_REJECT)		/* removed: its copy does not exist */
			continue;
		if (r->action != ACTION_TAG || r->key[0] == '\0' || !judge_is_local(c->judge, r->key) ||
		    judge_list_has_recipient(&c->judge->set.forwarded_recipients, r->key))
			return false;
	}
	return true;
}

void
judge_marks(struct judge_case *c)
{
	struct judge_answer *a = c->answer;
	const struct mime_field *subject;

	if (a->action == ACTION_REJECT || a->action == ACTION_TEMPFAIL)
		return;
	mark_header(c);
	if (!may_edit_subject(c))
		return;
	subject = mime_field_named(c->mime, "Subject", 0);
	if (subject != NULL && has_label(subject->text, c->judge->set.subject_tag) &&
	    mime_field_named(c->mime, "Subject", 1) == NULL)
		return;
	a->subject_absent = subject == NULL;
	while (mime_field_named(c->mime, "Subject", a->nsubjects) != NULL)
		a->nsubjects++;			/* which of several is shown nobody knows: one is left */
	a->subject = subject != NULL && subject->raw_len > SUBJECT_MAX ? cut_subject(c->judge->set.subject_tag, subject->text) :
	    tagged_subject(c->judge->set.subject_tag, subject);
}
