/*
 * nothing.c - two filters that do nothing, to measure others against.
 *
 * Part of the benchmark.  "nothing ordinary SOCKET" has every callback and answers each with
 * CONTINUE, as filters commonly do; "nothing noreply SOCKET" agrees on no reply wherever the MTA
 * offers it.
 */
#include <libmilter/mfapi.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define NO_REPLIES	(SMFIP_NR_CONN | SMFIP_NR_HELO | SMFIP_NR_MAIL | SMFIP_NR_RCPT | \
			    SMFIP_NR_DATA | SMFIP_NR_UNKN | SMFIP_NR_HDR | SMFIP_NR_EOH | \
			    SMFIP_NR_BODY)

/* What was agreed on is the private data itself; an ordinary filter agrees on nothing. */
static sfsistat
go_on(SMFICTX *ctx, unsigned long no_reply)
{
	return ((uintptr_t)smfi_getpriv(ctx) & no_reply) != 0 ? SMFIS_NOREPLY : SMFIS_CONTINUE;
}

static sfsistat
on_negotiate(SMFICTX *ctx, unsigned long f0, unsigned long f1, unsigned long f2, unsigned long f3,
    unsigned long *pf0, unsigned long *pf1, unsigned long *pf2, unsigned long *pf3)
{
	(void)f0;
	(void)f2;
	(void)f3;
	*pf0 = 0;
	*pf1 = f1 & NO_REPLIES;
	*pf2 = 0;
	*pf3 = 0;
	if (smfi_setpriv(ctx, (void *)(uintptr_t)*pf1) != MI_SUCCESS)
		return SMFIS_REJECT;
	return SMFIS_CONTINUE;
}

static sfsistat
on_connect(SMFICTX *ctx, char *hostname, _SOCK_ADDR *hostaddr)
{
	(void)hostname;
	(void)hostaddr;
	return go_on(ctx, SMFIP_NR_CONN);
}

static sfsistat
on_helo(SMFICTX *ctx, char *name)
{
	(void)name;
	return go_on(ctx, SMFIP_NR_HELO);
}

static sfsistat
on_envfrom(SMFICTX *ctx, char **argv)
{
	(void)argv;
	return go_on(ctx, SMFIP_NR_MAIL);
}

static sfsistat
on_envrcpt(SMFICTX *ctx, char **argv)
{
	(void)argv;
	return go_on(ctx, SMFIP_NR_RCPT);
}

static sfsistat
on_data(SMFICTX *ctx)
{
	return go_on(ctx, SMFIP_NR_DATA);
}

static sfsistat
on_unknown(SMFICTX *ctx, const char *command)
{
	(void)command;
	return go_on(ctx, SMFIP_NR_UNKN);
}

static sfsistat
on_header(SMFICTX *ctx, char *name, char *value)
{
	(void)name;
	(void)value;
	return go_on(ctx, SMFIP_NR_HDR);
}

static sfsistat
on_eoh(SMFICTX *ctx)
{
	return go_on(ctx, SMFIP_NR_EOH);
}

static sfsistat
on_body(SMFICTX *ctx, unsigned char *octets, size_t len)
{
	(void)octets;
	(void)len;
	return go_on(ctx, SMFIP_NR_BODY);
}

static sfsistat
on_eom(SMFICTX *ctx)
{
	(void)ctx;
	return SMFIS_CONTINUE;
}

static sfsistat
on_abort(SMFICTX *ctx)
{
	(void)ctx;
	return SMFIS_CONTINUE;
}

static sfsistat
on_close(SMFICTX *ctx)
{
	(void)smfi_setpriv(ctx, NULL);
	return SMFIS_CONTINUE;
}

int
main(int argc, char **argv)
{
	struct smfiDesc filter = {
		.xxfi_name = (char *)(uintptr_t)"nothing", .xxfi_version = SMFI_VERSION,
		.xxfi_connect = on_connect, .xxfi_helo = on_helo, .xxfi_envfrom = on_envfrom,
		.xxfi_envrcpt = on_envrcpt, .xxfi_data = on_data, .xxfi_unknown = on_unknown,
		.xxfi_header = on_header, .xxfi_eoh = on_eoh, .xxfi_body = on_body,
		.xxfi_eom = on_eom, .xxfi_abort = on_abort, .xxfi_close = on_close,
	};

	if (argc != 3 || (strcmp(argv[1], "ordinary") != 0 && strcmp(argv[1], "noreply") != 0)) {
		(void)fputs("usage: nothing ordinary|noreply SOCKET\n", stderr);
		return 2;
	}
	if (strcmp(argv[1], "noreply") == 0)
		filter.xxfi_negotiate = on_negotiate;
	(void)umask(007);
	if (smfi_register(filter) != MI_SUCCESS || smfi_setconn(argv[2]) != MI_SUCCESS ||
	    smfi_opensocket(0) != MI_SUCCESS) {
		(void)fprintf(stderr, "nothing: cannot open socket '%s'\n", argv[2]);
		return 1;
	}
	return smfi_main() == MI_SUCCESS ? 0 : 1;
}
