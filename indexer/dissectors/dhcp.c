/* Dynamic Host Configuration Protocol (RFC 2131) and the Bootstrap Protocol (RFC 951) that it grew out of.
 *
 *      0    1     2    3     4              8       10
 *     +----+-----+----+-----+--------------+-------+-------+
 *     |type|hw   |hw  |hops | transaction  | secs  | flags |
 *     |    |type |len |     | id           |       |       |
 *     +----+-----+----+-----+--------------+-------+-------+
 *   12  client's, 16 your, 20 next server's, 24 relay's address
 *   28  the client's hardware address (16)
 *   44  server host name (64)
 *  108  boot file name (128)
 *  236  magic cookie 63 82 53 63, options; without the cookie 64 octets of the vendor's own, then options
 *
 * An option: code (1), length (1), value; 0 is a pad and 255 the end, both alone.
 */
#include "indexer/dissectors/dhcp.h"
#include "indexer/dissectors/ids.h"

#define HARDWARE        28
#define HARDWARE_LEN    16
#define SERVER_NAME     44
#define SERVER_NAME_LEN 64
#define FILE_NAME       108
#define FILE_NAME_LEN   128
#define OPTIONS         236
#define COOKIE          0x63825363u
#define VENDOR_LEN      64

enum {
	OPTION_PAD = 0,
	OPTION_OVERLOAD = 52,
	OPTION_MESSAGE = 53,
	OPTION_VENDOR_CLASS = 60,
	OPTION_SEARCH = 119,
	OPTION_SIP = 120,
	OPTION_END = 255
};
enum { OVERLOAD_FILE = 1, OVERLOAD_SERVER = 2 };

static bool is_ethernet(unsigned type, unsigned len)
{
	return (type == 1 || type == 6) && len == 6;
}

/* Skip octets of zero up to `end`; how many there were. */
static uint32_t zeros(struct cursor *c, uint32_t end)
{
	uint32_t n = 0;
	while (c->pos < end && cur_need(c, 1) && c->data[c->pos] == 0) {
		c->pos++;
		n++;
	}
	return n;
}

static bool is_vendor_form(struct cursor c, uint32_t len)
{
	struct cursor class = cur_sub(&c, len);
	return dhcp_vendor_form(&class);
}

/* Wireshark walks over the options once before it shows anything: where the capture cuts their list, nothing
 * of the message is shown at all. */
static void look_ahead(struct cursor c, struct dhcp_outlook *out)
{
	while (cur_left(&c)) {
		unsigned code = (unsigned)cur_be(&c, 1);
		uint64_t len;
		if (code == OPTION_END || *c.fail)
			return;
		if (code == OPTION_PAD) {
			zeros(&c, c.len);
			continue;
		}
		if (!cur_peek(&c, 0, 1, &len))
			continue; /* its length is missing: that comes out when the option is read */
		cur_skip(&c, 1);
		if (cur_avail(&c) >= len) {
			/* An empty value takes the octet behind it. */
			if (code == OPTION_OVERLOAD && cur_need(&c, 1))
				out->overload = c.data[c.pos];
			else if (code == OPTION_MESSAGE && cur_need(&c, 1)) {
				out->typed = true;
				out->message = c.data[c.pos];
			} else if (code == OPTION_VENDOR_CLASS)
				out->vendor_form = is_vendor_form(c, (uint32_t)len);
			else if (code == OPTION_SEARCH)
				out->nsearch++;
			else if (code == OPTION_SIP)
				out->nsip++;
		}
		cur_skip(&c, (uint32_t)len);
	}
}

/* Options that stand in the field of the boot file or of the server name; an option 52 among them has no
 * effect. */
static void overloaded(struct packet *pkt, const struct cursor *message, uint32_t at, uint32_t len,
	const struct dhcp_outlook *out)
{
	struct cursor c = *message;
	struct dhcp_outlook inner = *out;
	inner.overload = inner.search = inner.sip = 0;
	c.pos = at;
	dhcp_options(pkt, &c, at + len, &inner);
}

/* One option; true for the end. */
static bool option(struct packet *pkt, struct cursor *c, uint32_t end, struct dhcp_outlook *out)
{
	unsigned code = (unsigned)cur_be(c, 1);
	if (code == OPTION_END || code == OPTION_PAD) {
		struct cursor here = *c;
		here.pos--;
		uint32_t n = code == OPTION_PAD ? 1 + zeros(c, end) : 1;
		struct row *r = row_open(pkt, &proto_dhcp, DHCP_REC_OPTION);
		row_set(r, DHCP_OPT_TYPE, 0); /* Wireshark's value of both */
		if (code == OPTION_PAD)
			row_bytes(r, DHCP_OPT_PADDING, &here, n);
		else
			row_be(r, DHCP_OPT_END, &here, 1);
		return code == OPTION_END;
	}
	uint32_t len = (uint32_t)cur_be(c, 1);
	struct row *r = row_open(pkt, &proto_dhcp, DHCP_REC_OPTION);
	row_set(r, DHCP_OPT_TYPE, code);
	row_set(r, DHCP_OPT_LENGTH, len);
	struct cursor message = *c, value = *c;
	if (len)
		row_bytes(r, DHCP_OPT_VALUE, c, len);
	else
		row_set(r, DHCP_OPT_VALUE, SPAN_MAKE(0, 0));
	if (pkt->fail)
		return false;
	value = cur_sub(&value, len);
	if (code == OPTION_SEARCH)
		out->search++;
	else if (code == OPTION_SIP)
		out->sip++;
	dhcp_option_value(pkt, r, code, &value, out);
	if (code == OPTION_OVERLOAD && len && out->overload >= 1 && out->overload <= 3) {
		unsigned which = message.data[message.pos];
		out->overload = 0;
		if (which & OVERLOAD_SERVER)
			overloaded(pkt, &message, SERVER_NAME, SERVER_NAME_LEN, out);
		if (which & OVERLOAD_FILE)
			overloaded(pkt, &message, FILE_NAME, FILE_NAME_LEN, out);
	}
	return false;
}

bool dhcp_options(struct packet *pkt, struct cursor *c, uint32_t end, struct dhcp_outlook *out)
{
	while (c->pos < end && !pkt->fail)
		if (option(pkt, c, end, out))
			return true;
	return false;
}

/* The client's hardware address. */
static void hardware(struct row *r, struct cursor *c, unsigned type, unsigned len)
{
	struct cursor field = cur_sub(c, HARDWARE_LEN);
	if (len == 0 || len > HARDWARE_LEN)
		return;
	if (is_ethernet(type, len)) {
		row_address(r, DHCP_MAC, &field, KIND_ETHER);
	} else {
		row_bytes(r, DHCP_HW_ADDR, &field, HARDWARE_LEN);
		field.pos = len;
	}
	if (len < HARDWARE_LEN)
		row_bytes(r, DHCP_HW_PADDING, &field, HARDWARE_LEN - len);
}

static void name(struct row *r, unsigned field, struct cursor *c, uint32_t n, bool holds_options)
{
	uint64_t first;
	if (holds_options)
		cur_skip(c, n);
	else if (cur_peek(c, 0, 1, &first) && first == 0) {
		row_text(r, field, "", 0, c->data + c->pos, 0);
		cur_skip(c, n);
	} else
		row_ascii(r, field, c, n);
}

static void inform(struct packet *pkt, const struct dhcp_outlook *out, uint32_t op, uint32_t id)
{
	/* RFC 2132, section 9.6, and later ones. */
	if (!pkt->info)
		return;
	if (out->typed)
		info_set(pkt, "DHCP %-8s - Transaction ID 0x%x",
			info_name(dhcp_message_names, out->message, "Unknown Message"), id);
	else if (op == 1 || op == 2)
		info_set(pkt, "%s", op == 1 ? "Boot Request" : "Boot Reply");
	else
		info_set(pkt, "Unknown BOOTP message type (%u)", op);
}

static enum verdict dhcp_dissect(struct packet *pkt, struct cursor *c)
{
	struct dhcp_outlook out = { 0 };
	struct cursor list = *c;
	uint64_t op, type, hlen, cookie, secs = 0;
	bool has_cookie = cur_peek(c, OPTIONS, 4, &cookie) && cookie == COOKIE;
	if (!cur_need(c, 3))
		return MINE;
	op = c->data[0];
	type = c->data[1];
	hlen = c->data[2];
	/* A request tells whose it is before anything else. */
	if (op == 1 && !cur_need_at(c, HARDWARE, (uint32_t)hlen))
		return MINE;
	list.pos = has_cookie ? OPTIONS + 4 : OPTIONS + VENDOR_LEN;
	struct row *r = row_open(pkt, &proto_dhcp, DHCP_REC_MESSAGE);
	look_ahead(list, &out);
	if (!out.typed)
		pkt->column = pkt->in_error ? pkt->column : "BOOTP";

	row_be(r, DHCP_TYPE, c, 1);
	row_be(r, DHCP_HW_TYPE, c, 1);
	row_be(r, DHCP_HW_LEN, c, 1);
	row_be(r, DHCP_HOPS, c, 1);
	inform(pkt, &out, (uint32_t)op, (uint32_t)row_be(r, DHCP_ID, c, 4));
	/* Windows writes the seconds little-endian. */
	cur_peek(c, 0, 2, &secs);
	if (secs >> 8 && !(secs & 0xff))
		row_le(r, DHCP_SECS, c, 2);
	else
		row_be(r, DHCP_SECS, c, 2);
	row_be(r, DHCP_FLAGS, c, 2);
	row_address(r, DHCP_CLIENT, c, KIND_IPV4);
	row_address(r, DHCP_YOUR, c, KIND_IPV4);
	row_address(r, DHCP_SERVER_IP, c, KIND_IPV4);
	row_address(r, DHCP_RELAY, c, KIND_IPV4);
	hardware(r, c, (unsigned)type, (unsigned)hlen);
	name(r, DHCP_SERVER, c, SERVER_NAME_LEN, out.overload & OVERLOAD_SERVER);
	name(r, DHCP_FILE, c, FILE_NAME_LEN, out.overload & OVERLOAD_FILE);
	if (!out.typed)
		row_set(r, DHCP_BOOTP, 1);
	if (has_cookie)
		row_address(r, DHCP_COOKIE, c, KIND_IPV4);
	else
		row_bytes(r, DHCP_VENDOR, c, VENDOR_LEN);
	if (pkt->fail)
		return MINE;
	dhcp_options(pkt, c, c->len, &out);
	row_bytes_avail(r, DHCP_PADDING, c, cur_left(c));
	return MINE;
}

static const struct claim dhcp_claims[] = { { CLAIM_UDP_PORT, 67 }, { CLAIM_UDP_PORT, 68 },
	{ CLAIM_UDP_PORT, 4011 }, { 0 } };

const struct protocol proto_dhcp = {
	.name = "dhcp",
	.title = "Dynamic Host Configuration Protocol",
	.heading = "Dynamic Host Configuration Protocol< ({dhcp.option.dhcp:n})>",
	.layout = dhcp_layout,
	.column = "DHCP",
	.spec = "RFC 2131, RFC 2132, RFC 951",
	.help = "Gives a host its address and what else it must know of the network.",
	.id = PROTO_ID_dhcp,
	.records = dhcp_records,
	.nrecords = DHCP_REC_COUNT,
	.claims = dhcp_claims,
	.dissect = dhcp_dissect,
	.item_min = 3,
};
