#include "indexer/dissectors/netbios_name.h"

#include <stdio.h>
#include <string.h>

#include "indexer/dissectors/dns_name.h"
#include "schema/kind.h"

static const struct value_name type_names[] = { { 0, "Workstation/Redirector" }, { 1, "Browser" },
	{ 2, "Workstation/Redirector" }, { 3, "Messenger service/Main name" }, { 5, "Forwarded name" },
	{ 6, "RAS Server service" }, { 27, "Domain Master Browser" }, { 28, "Domain Controllers" },
	{ 29, "Local Master Browser" }, { 30, "Browser Election Service" }, { 31, "Net DDE Service" },
	{ 32, "Server service" }, { 33, "RAS client service" },
	{ 34, "Exchange Interchange (MSMail Connector)" }, { 35, "Exchange Store" },
	{ 36, "Exchange Directory" }, { 43, "Lotus Notes Server service" },
	{ 48, "Modem sharing server service" }, { 49, "Modem sharing client service" },
	{ 67, "SMS Clients Remote Control" }, { 68, "SMS Administrators Remote Control Tool" },
	{ 69, "SMS Clients Remote Chat" }, { 70, "SMS Clients Remote Transfer" },
	{ 76, "DEC Pathworks TCP/IP Service on Windows NT" },
	{ 82, "DEC Pathworks TCP/IP Service on Windows NT" }, { 106, "Microsoft Exchange IMC" },
	{ 135, "Microsoft Exchange MTA" }, { 190, "Network Monitor Agent" },
	{ 191, "Network Monitor Analyzer" }, { 0, NULL } };

const char *netbios_name_type(int type)
{
	for (const struct value_name *v = type_names; v->name; v++)
		if (v->value == type)
			return v->name;
	return "Unknown";
}

unsigned netbios_name_plain(char *out, const uint8_t octets[NETBIOS_NAME_LEN])
{
	static const char digits[] = "0123456789abcdef";
	unsigned used = 0, end = 0;
	for (unsigned i = 0; i < NETBIOS_NAME_LEN - 1; i++) {
		uint8_t o = octets[i];
		if (o >= ' ' && o <= '~') {
			out[used++] = (char)o;
		} else {
			out[used++] = '<';
			out[used++] = digits[o >> 4];
			out[used++] = digits[o & 15];
			out[used++] = '>';
		}
		if (o != ' ')
			end = used;
	}
	return end ? end : used; /* a name of blanks alone is left as it is */
}

static void wrong(struct netbios_name *name, const char *why)
{
	name->type = -1;
	name->len = (uint16_t)strlen(why);
	memcpy(name->text, why, name->len);
}

bool netbios_name_read(struct netbios_name *name, struct cursor *c, uint32_t base)
{
	struct dns_name dns;
	uint8_t octets[NETBIOS_NAME_LEN];
	unsigned n = 0, i = 0;
	if (!dns_name_read(&dns, c, base))
		return false;
	name->at = dns.at;
	name->used = dns.used;
	for (; i < dns.text_len && dns.text[i] != '.'; i += 2) {
		char high = dns.text[i], low = i + 1u < dns.text_len ? dns.text[i + 1] : '.';
		if (high < 'A' || high > 'Z') {
			wrong(name, "Illegal NetBIOS name (1st character not between A and Z in first-level "
				    "encoding)");
			return true;
		}
		if (low == '.') {
			wrong(name, "Illegal NetBIOS name (odd number of bytes)");
			return true;
		}
		if (low < 'A' || low > 'Z') {
			wrong(name, "Illegal NetBIOS name (2nd character not between A and Z in first-level "
				    "encoding)");
			return true;
		}
		if (n < NETBIOS_NAME_LEN)
			octets[n++] = (uint8_t)((high - 'A') << 4 | (low - 'A'));
	}
	if (n != NETBIOS_NAME_LEN) {
		char why[64];
		snprintf(why, sizeof(why), "Illegal NetBIOS name (%u bytes long)", n);
		wrong(name, why);
		return true;
	}
	name->type = octets[NETBIOS_NAME_LEN - 1];
	unsigned used = netbios_name_plain(name->text, octets);
	used += (unsigned)snprintf(name->text + used, 8, "<%02x>", (unsigned)name->type);
	unsigned scope = dns.text_len - i;
	if (scope > sizeof(name->text) - used)
		scope = (unsigned)sizeof(name->text) - used;
	memcpy(name->text + used, dns.text + i, scope);
	name->len = (uint16_t)(used + scope);
	return true;
}
