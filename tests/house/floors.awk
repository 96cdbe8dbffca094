# floors.awk - an include goes down, never up or sideways; a prefix family is one room.  DESIGN section 11.
BEGIN {
	split("err log metrics", f0)
	split("addr charset fold", f1)
	split("conf mime text sender rules match ledger token", f2)
	split("command complaint notify measure learn", f3)
	split("session control setup daemon", f4)
	split("main worker admin", f5)
	for (i in f0) floor[f0[i]] = 0
	for (i in f1) floor[f1[i]] = 1
	floor["policy"] = 1.5		# stands on addr: its facts are made of sender keys
	for (i in f2) floor[f2[i]] = 2
	for (i in f3) floor[f3[i]] = 3
	floor["judge"] = 3.5		# acts on what command, complaint and notify read and write
	for (i in f4) floor[f4[i]] = 4
	for (i in f5) floor[f5[i]] = 5
}
function room(path) {
	sub(/.*\//, "", path)
	sub(/\.[ch]$/, "", path)
	sub(/_.*/, "", path)
	return path
}
/^#include "/ {
	split($0, part, "\"")
	if (part[2] == "config.h")
		next
	from = room(FILENAME)
	to = room(part[2])
	if (!(from in floor))
		print FILENAME ": room '" from "' stands on no floor"
	else if (!(to in floor))
		print FILENAME ":" FNR ": '" part[2] "' stands on no floor"
	else if (from != to && floor[to] >= floor[from])
		print FILENAME ":" FNR ": '" part[2] "' (floor " floor[to] ") from floor " floor[from]
	if (to == "conf" && from != "conf" && floor[from] < 4)
		print FILENAME ":" FNR ": only floors 4 and 5 know conf.h"
}
