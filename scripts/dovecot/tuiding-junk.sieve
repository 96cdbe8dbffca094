# tuiding-junk.sieve - what a person moves or copies into Junk is reported to Tuiding.
#
# An IMAP sieve script (RFC 6785) for the mailbox Junk and the cause COPY, which IMAP's MOVE is too.  Deliveries,
# "fileinto" at delivery and APPEND never come here.  It changes nothing and stops nothing: a failed report leaves
# the move as it was.  README tells how Dovecot is set up.
require ["vnd.dovecot.pipe", "copy", "imapsieve", "environment", "variables"];

# Another cause can only come from another set-up than README's.
if not environment :is "imap.cause" "COPY" {
	stop;
}

# Mail that never went through our filter says nothing about a sender: a person's own notes, imported mail.
if not exists "X-Tuiding" {
	stop;
}

# The address of the person; without one (logins that are no addresses) their login.
set "person" "";
if environment :matches "imap.email" "*@*" {
	set "person" "${0}";
} elsif environment :matches "imap.user" "*" {
	set "person" "${1}";
}

pipe :copy "tuiding-junk" ["${person}"];
