/* Bodies of 802.11 management frames (IEEE 802.11-2020, section 9.3.3): fixed fields by subtype, then
 * elements:
 *
 *      0    1     2
 *     +----+-----+------- - -
 *     | id | len | len octets     (9.4.2.1)
 *     +----+-----+------- - -
 */
#include "indexer/dissectors/wlan.h"

#define TAGS_MAX 64

enum { TAG_SSID = 0, TAG_DS_PARAMETER = 3 };

static void inform_ssid(struct packet *pkt, const struct cursor *body)
{
	uint32_t n = cur_left(body), captured = cur_avail(body);
	const uint8_t *p = body->data + body->pos;
	if (!pkt->info)
		return;
	if (!n) {
		info_add(pkt, "%s", ", SSID=Wildcard (Broadcast)");
		return;
	}
	info_add(pkt, "%s", ", SSID=\"");
	info_text(pkt, p, captured);
	info_add(pkt, "%s", "\"");
}

static void tags(struct packet *pkt, struct row *r, struct cursor *c, bool show)
{
	uint32_t numbers[TAGS_MAX], lens[TAGS_MAX];
	unsigned n = 0;
	const uint8_t *at = c->data + (c->pos < c->cap ? c->pos : c->cap);
	while (cur_left(c)) {
		uint32_t number = (uint32_t)cur_be(c, 1), len = (uint32_t)cur_be(c, 1);
		/* Wireshark shows the number before it finds out that the element is cut */
		if (n < TAGS_MAX && !*c->fail) {
			numbers[n] = number;
			lens[n++] = len;
		}
		if (!cur_need(c, len))
			break;
		struct cursor body = cur_sub(c, len);
		if (number == TAG_SSID && show)
			inform_ssid(pkt, &body);
		if (number == TAG_SSID && len && !row_has(r, WLAN_SSID))
			row_bytes(r, WLAN_SSID, &body, len);
		else if (number == TAG_DS_PARAMETER && len && !row_has(r, WLAN_DS_CHANNEL))
			row_be(r, WLAN_DS_CHANNEL, &body, 1);
	}
	if (!n)
		return;
	uint8_t fail = *c->fail;
	*c->fail = CUR_OK; /* the elements before the broken one are shown */
	row_list(r, WLAN_TAG_NUMBER, numbers, n, at, 0);
	row_list(r, WLAN_TAG_LENGTH, lens, n, at, 0);
	*c->fail = fail;
}

/* Elements that have to be there: none at all is malformed. */
static void some_tags(struct packet *pkt, struct row *r, struct cursor *c, bool show)
{
	if (cur_need(c, 1))
		tags(pkt, r, c, show);
}

void wlan_management(struct packet *pkt, struct row *r, unsigned subtype, struct cursor *c)
{
	uint64_t algorithm;
	uint32_t interval;
	switch (subtype) {
	case 0: /* association request */
	case 2: /* reassociation request */
		row_le(r, WLAN_CAPABILITIES, c, 2);
		row_le(r, WLAN_LISTEN_IVAL, c, 2);
		if (subtype == 2)
			row_address(r, WLAN_CURRENT_AP, c, KIND_ETHER);
		some_tags(pkt, r, c, subtype != 1 && subtype != 3);
		break;
	case 1: /* the responses to them */
	case 3:
		row_le(r, WLAN_CAPABILITIES, c, 2);
		row_le(r, WLAN_STATUS_CODE, c, 2);
		row_set_at(r, WLAN_FIXED_AID, (int64_t)(cur_le(c, 2) & 0x3fff), c->data + c->pos - 2, 2);
		some_tags(pkt, r, c, subtype != 1 && subtype != 3);
		break;
	case 4: /* probe request */
		tags(pkt, r, c, true);
		break;
	case 5: /* probe response */
	case 8: /* beacon */
		row_le(r, WLAN_TIMESTAMP, c, 8);
		interval = (uint32_t)row_le(r, WLAN_BEACON, c, 2);
		if (!pkt->fail)
			info_add(pkt, ", BI=%u", interval);
		row_le(r, WLAN_CAPABILITIES, c, 2);
		some_tags(pkt, r, c, subtype != 1 && subtype != 3);
		break;
	case 10: /* disassociation */
	case 12: /* deauthentication */
		row_le(r, WLAN_REASON_CODE, c, 2);
		tags(pkt, r, c, true);
		break;
	case 11: /* authentication */
		algorithm = row_le(r, WLAN_AUTH_ALG, c, 2);
		row_le(r, WLAN_AUTH_SEQ, c, 2);
		row_le(r, WLAN_STATUS_CODE, c, 2);
		if (algorithm < 3) /* SAE and FILS have fields of their own before the elements (9.3.3.11) */
			tags(pkt, r, c, true);
		break;
	case 13: /* action, and action without acknowledgement */
	case 14:
		row_be(r, WLAN_CATEGORY_CODE, c, 1);
		row_be(r, WLAN_ACTION_CODE, c, 1);
		break;
	default:
		break;
	}
}
