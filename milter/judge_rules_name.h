/*
 * judge_rules_name.h - encoded-words kept as they are while a field's addresses are read (":name:raw").
 *
 * Floor 3, private to judge_rules.
 */
#ifndef TUIDING_JUDGE_RULES_NAME_H
#define TUIDING_JUDGE_RULES_NAME_H

/* A copy of a raw value in which nobody sees an encoded-word.  The caller frees it. */
char	*judge_rules_name_hide(const char *raw);
/* Puts back, in place, what was hidden. */
void	 judge_rules_name_show(char *text);

#endif
