/*
 * judge_matter.h - what a complaint about one message rests on: our decision, the sender it names, the class.
 *
 * Floor 3.5, part of judge.  The same rules wherever a complaint comes from: by mail, or by an administrator's hand.
 * DESIGN section 8.
 */
#ifndef TUIDING_JUDGE_MATTER_H
#define TUIDING_JUDGE_MATTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "complaint.h"
#include "judge.h"
#include "ledger_act.h"

struct judge_matter {
	char	decision[LEDGER_ID_MAX + 1];	/* id of ours, on that message for that person; else what the message bears */
	char	key[ADDR_KEY_MAX + 1];		/* that a refusal would name; "" unknown */
	bool	commercial;			/* decided so then, or judged so now */
};

/*
 * Looks for our decision on the message for that person in ledger (its id, its Message-ID; of a quotation also the
 * sender's latest), else judges it.  Without a decision nothing proves the name in a message that is handed in: the
 * key is the exact From address, no whole domain.  0, or -1.
 */
int	judge_matter_look(const struct judge *judge, struct ledger *ledger, const char *recipient,
	    const struct complaint_item *item, int64_t now, struct judge_matter *matter_r, struct err *err);

/*
 * The open case that follows; its texts point into item and matter.  recipient, source and cause are the caller's to
 * fill, kind to change.  Evidence is cut at evidence_max octets.
 */
void	judge_matter_case(const struct judge_matter *matter, const struct complaint_item *item, size_t evidence_max,
	    struct ledger_case *case_r);

#endif
