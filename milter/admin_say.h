/*
 * admin_say.h - words to a person, in English or Chinese.
 *
 * Floor 5, part of admin.  Both texts stand side by side where they are said, so that neither is
 * forgotten. Machine formats never go through here: they are the same in every language.
 */
#ifndef TUIDING_ADMIN_SAY_H
#define TUIDING_ADMIN_SAY_H

#include "ledger.h"
#include "policy.h"

enum say_lang { SAY_NONE, SAY_EN, SAY_ZH };

struct say {
	enum say_lang	lang;
};

/* The language that "zh" or "en" names; SAY_NONE for anything else. */
enum say_lang	say_lang_by_name(const char *name);
/*
 * What LC_ALL, LC_MESSAGES, LANG (the first that is set and not empty) ask for: Chinese for zh…,
 * else English.
 */
enum say_lang	say_lang_by_locale(void);

/* The text in the person's language; also as a format, both being checked against the arguments. */
const char	*say(const struct say *say, const char *en, const char *zh)
		    __attribute__((format_arg(2), format_arg(3)));

/* The words for what policy.h and ledger.h name; "?" outside the range. */
const char	*say_class(const struct say *say, enum policy_class class);
const char	*say_direction(const struct say *say, enum policy_direction direction);
const char	*say_mode(const struct say *say, enum policy_mode mode);
const char	*say_standing(const struct say *say, enum policy_standing standing);
const char	*say_action(const struct say *say, enum policy_action action);
const char	*say_kind(const struct say *say, enum ledger_kind kind);
const char	*say_word(const struct say *say, enum policy_word_kind word);
/* By the names a ledger writes; the name itself when it is a new one. */
const char	*say_source(const struct say *say, const char *source);
const char	*say_identity(const struct say *say, const char *identity);

#endif
