#include "indexer/dissectors/tcp_option.h"

#include <stdio.h>

/* IANA "TCP Option Kind Numbers". `len`: the one length that is right; `least`: any from that on; neither:
 * any. */
static const struct known {
	unsigned char kind, len, least;
	const char *name;
} known[] = {
	{ 2, 4, 0, "Maximum segment size" },
	{ 3, 3, 0, "Window scale" },
	{ 4, 2, 0, "SACK permitted" },
	{ 5, 0, 0, "SACK" },
	{ 6, 6, 0, "Echo" },
	{ 7, 6, 0, "Echo reply" },
	{ 8, 10, 0, "Timestamps" },
	{ 11, 6, 0, "CC" },
	{ 12, 6, 0, "CC.NEW" },
	{ 13, 6, 0, "CC.ECHO" },
	{ 19, 18, 0, "TCP MD5 signature" },
	{ 20, 0, 0, "SCPS capabilities" },
	{ 21, 6, 0, "Selective Negative Acknowledgment" },
	{ 22, 2, 0, "SCPS record boundary" },
	{ 23, 2, 0, "SCPS corruption experienced" },
	{ 27, 8, 0, "Quick-Start" },
	{ 28, 4, 0, "User Timeout" },
	{ 29, 0, 4, "TCP AO" },
	{ 30, 0, 0, "MPTCP" },
	{ 34, 0, 0, "TCP Fast Open" },
	{ 76, 0, 3, "Riverbed Probe" },
	{ 78, 16, 0, "Riverbed Transparency" },
	{ 172, 0, 0, "Accurate ECN" },
	{ 174, 0, 0, "Accurate ECN" },
	{ 253, 0, 4, "Experimental" },
	{ 254, 0, 4, "Experimental" },
};

static const struct known *find(unsigned kind)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].kind == kind)
			return &known[i];
	return NULL;
}

/* Two counters or less in each of two orders. */
static bool is_accurate_ecn(unsigned kind)
{
	return kind == 172 || kind == 174;
}

bool tcp_option_fits(unsigned kind, unsigned len)
{
	const struct known *k = find(kind);
	if (!k)
		return true;
	if (is_accurate_ecn(kind))
		return len == 2 || len == 5 || len == 8 || len == 11;
	return k->len ? len == k->len : len >= k->least;
}

void tcp_option_text(char out[TCP_OPTION_TEXT], enum tcp_option_problem problem, unsigned kind, unsigned len)
{
	const struct known *k = find(kind);
	char name[64];
	if (k)
		snprintf(name, sizeof(name), "%s", k->name);
	else
		snprintf(name, sizeof(name), "Unknown (0x%02x)", kind);
	if (problem == OPTION_PAST_END)
		snprintf(out, TCP_OPTION_TEXT,
			"%s (option length = %u bytes says option goes past end of options)", name, len);
	else if (problem == OPTION_TOO_SHORT)
		snprintf(out, TCP_OPTION_TEXT, "%s (with too-short option length = %u byte%s)", name, len,
			len == 1 ? "" : "s");
	else if (is_accurate_ecn(kind))
		snprintf(out, TCP_OPTION_TEXT, "option length should be 2, 5, 8, or 11 instead of %u", len);
	else if (kind >= 253)
		snprintf(out, TCP_OPTION_TEXT, "option length %u smaller than 4", len);
	else if (kind == 76)
		snprintf(out, TCP_OPTION_TEXT, "option length should be >= 3)");
	else if (k && k->least)
		snprintf(out, TCP_OPTION_TEXT, "option length should be >= than %u", k->least);
	else
		snprintf(out, TCP_OPTION_TEXT, "option length should be %u", k ? k->len : 0u);
}
