/*
 * addr_net.c - whether a client's address lies in a network.
 *
 * Floor 1.  Pure: literals only, no name is ever looked up.
 */
#include "addr.h"
#include <arpa/inet.h>
#include <string.h>
#include <glib.h>

#define TEXT_MAX	64	/* octets of a literal with tag, brackets and prefix length */

/* One address; an IPv4 one, mapped or not, lies behind the sixteen octets' mapping prefix. */
struct ip {
	unsigned char	octets[16];
	bool		v4;
};

static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

/* Reads a literal, "IPv6:" or brackets around it or not. */
static bool
ip_parse(const char *text, struct ip *ip)
{
	char	buf[TEXT_MAX];
	size_t	n;

	if (g_strlcpy(buf, text, sizeof(buf)) >= sizeof(buf))
		return false;
	n = strlen(buf);
	if (n >= 2 && buf[0] == '[' && buf[n - 1] == ']') {
		buf[n - 1] = '\0';
		memmove(buf, buf + 1, n - 1);
	}
	memcpy(ip->octets, mapped, sizeof(mapped));
	ip->v4 = inet_pton(AF_INET, buf, ip->octets + sizeof(mapped)) == 1;
	if (ip->v4)
		return true;
	n = g_ascii_strncasecmp(buf, "IPv6:", 5) == 0 ? 5 : 0;
	if (inet_pton(AF_INET6, buf + n, ip->octets) != 1)
		return false;
	ip->v4 = memcmp(ip->octets, mapped, sizeof(mapped)) == 0;
	return true;
}

/* A prefix length of one to three digits, at most max; -1 for anything else. */
static int
prefix_parse(const char *text, int max)
{
	size_t	n = strspn(text, "0123456789");
	int	bits = 0;

	if (n == 0 || n > 3 || text[n] != '\0')
		return -1;
	while (*text != '\0')
		bits = bits * 10 + (*text++ - '0');
	return bits <= max ? bits : -1;
}

/* Reads "address/bits" or one address.  Bits set beyond the prefix are somebody's mistake. */
static bool
net_parse(const char *text, struct ip *ip, int *bits_r)
{
	char	 buf[TEXT_MAX];
	char	*slash;
	int	 bits = 128;

	if (g_strlcpy(buf, text, sizeof(buf)) >= sizeof(buf))
		return false;
	slash = strchr(buf, '/');
	if (slash != NULL)
		*slash = '\0';
	if (!ip_parse(buf, ip))
		return false;
	if (slash != NULL) {
		bool	dotted = strchr(buf, ':') == NULL;

		bits = prefix_parse(slash + 1, dotted ? 32 : 128);
		if (bits < 0)
			return false;
		if (dotted)
			bits += 96;
	}
	for (int i = bits; i < 128; i++)
		if ((ip->octets[i / 8] & (0x80 >> (i % 8))) != 0)
			return false;
	*bits_r = bits;
	return true;
}

int
addr_net_has(const char *net, const char *address)
{
	struct ip	n, a;
	int		bits;

	if (!net_parse(net, &n, &bits) || !ip_parse(address, &a))
		return -1;
	if (n.v4 != a.v4 || memcmp(n.octets, a.octets, (size_t)bits / 8) != 0)
		return 0;
	if (bits % 8 == 0)
		return 1;
	return ((n.octets[bits / 8] ^ a.octets[bits / 8]) & (0xff00 >> (bits % 8)) & 0xff) == 0;
}
