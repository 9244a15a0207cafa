/* Session Description Protocol (RFC 8866): lines of one letter, "=", and what it says; first of the session,
 * then of each medium from its m= on.
 *
 *     v=0
 *     o=jdoe 3724394400 3724394405 IN IP4 198.51.100.1
 *     s=Call to John Smith
 *     c=IN IP4 198.51.100.1
 *     t=0 0
 *     m=audio 49170 RTP/AVP 0
 *     a=rtpmap:99 h263-1998/90000
 */
#include "indexer/dissectors/sdp.h"

#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/line.h"

enum {
	LINE_VERSION,
	LINE_OWNER,
	LINE_SESSION_NAME,
	LINE_SESSION_INFO,
	LINE_URI,
	LINE_EMAIL,
	LINE_PHONE,
	LINE_CONNECTION,
	LINE_BANDWIDTH,
	LINE_TIME,
	LINE_REPEAT,
	LINE_ZONE,
	LINE_KEY,
	LINE_SESSION_ATTR,
	LINE_MEDIA,
	LINE_MEDIA_TITLE,
	LINE_MEDIA_ATTR,
	LINE_UNKNOWN,
	LINE_INVALID,
	LINE_ADDRESS,
	LINE_MEDIA_TYPE,
	LINE_MEDIA_PORT,
	LINE_MEDIA_PROTO,
	LINE_NFIELDS
};

#define TEXT(name, label)                                                                                    \
	{                                                                                                    \
		name, label, KIND_TEXT                                                                       \
	}
static const struct field line_fields[LINE_NFIELDS] = {
	[LINE_VERSION] = TEXT("sdp.version", "Session Description Protocol Version (v)"),
	[LINE_OWNER] = TEXT("sdp.owner", "Owner/Creator, Session Id (o)"),
	[LINE_SESSION_NAME] = TEXT("sdp.session_name", "Session Name (s)"),
	[LINE_SESSION_INFO] = TEXT("sdp.session_info", "Session Information (i)"),
	[LINE_URI] = TEXT("sdp.uri", "URI of Description (u)"),
	[LINE_EMAIL] = TEXT("sdp.email", "E-mail Address (e)"),
	[LINE_PHONE] = TEXT("sdp.phone", "Phone Number (p)"),
	[LINE_CONNECTION] = TEXT("sdp.connection_info", "Connection Information (c)"),
	[LINE_BANDWIDTH] = TEXT("sdp.bandwidth", "Bandwidth Information (b)"),
	[LINE_TIME] = TEXT("sdp.time", "Time Description, active time (t)"),
	[LINE_REPEAT] = TEXT("sdp.repeat_time", "Repeat Time (r)"),
	[LINE_ZONE] = TEXT("sdp.timezone", "Time Zone Adjustments (z)"),
	[LINE_KEY] = TEXT("sdp.encryption_key", "Encryption Key (k)"),
	[LINE_SESSION_ATTR] = TEXT("sdp.session_attr", "Session Attribute (a)"),
	[LINE_MEDIA] = TEXT("sdp.media", "Media Description, name and address (m)"),
	[LINE_MEDIA_TITLE] = TEXT("sdp.media_title", "Media Title (i)"),
	[LINE_MEDIA_ATTR] = TEXT("sdp.media_attr", "Media Attribute (a)"),
	[LINE_UNKNOWN] = TEXT("sdp.unknown", "Unknown"),
	[LINE_INVALID] = TEXT("sdp.invalid", "Invalid line"),
	[LINE_ADDRESS] = TEXT("sdp.connection_info.address", "Connection Address"),
	[LINE_MEDIA_TYPE] = TEXT("sdp.media.media", "Media Type"),
	[LINE_MEDIA_PORT] = { "sdp.media.port", "Media Port", KIND_UINT, .octets = 2 },
	[LINE_MEDIA_PROTO] = TEXT("sdp.media.proto", "Media Protocol"),
};

static const struct record sdp_records[] = {
	{ "sdp", RECORD_LAYER, 0, line_fields, NULL },
	{ "sdp_line", RECORD_CHILD, LINE_NFIELDS, line_fields, NULL },
};

static void set_text(struct row *r, unsigned field, struct text t)
{
	row_text(r, field, t.at, t.len, (const uint8_t *)t.at, t.len);
}

static void set_media(struct row *r, struct text t)
{
	uint32_t digits;
	struct text rest;
	set_text(r, LINE_MEDIA_TYPE, text_until(t, ' ', &rest));
	struct text port = text_until(rest, ' ', &rest);
	uint64_t number = text_number(port, 65535, &digits);
	if (digits)
		row_set_at(r, LINE_MEDIA_PORT, (int64_t)number, (const uint8_t *)port.at, digits);
	if (rest.len)
		set_text(r, LINE_MEDIA_PROTO, text_until(rest, ' ', &rest));
}

static void set_address(struct row *r, struct text t)
{
	struct text rest;
	text_until(t, ' ', &rest);
	text_until(rest, ' ', &rest);
	struct text address = text_until(rest, '/', &rest);
	if (address.len)
		set_text(r, LINE_ADDRESS, address);
}

static void read_line(struct packet *pkt, struct text line, bool *media)
{
	/* In the order of the fields; i and a mean another thing once a medium has begun. */
	static const char letters[] = "vosiuepcbtrzkam";
	struct row *r = row_open(pkt, &proto_sdp, 1);
	if (line.at[1] != '=') {
		set_text(r, LINE_INVALID, line);
		return;
	}
	const char *hit = strchr(letters, line.at[0]);
	struct text value = text_from(line, 2);
	if (!line.at[0] || !hit) {
		set_text(r, LINE_UNKNOWN, line);
		return;
	}
	unsigned field = (unsigned)(hit - letters);
	if (field == LINE_MEDIA)
		*media = true;
	else if (*media && field == LINE_SESSION_INFO)
		field = LINE_MEDIA_TITLE;
	else if (*media && field == LINE_SESSION_ATTR)
		field = LINE_MEDIA_ATTR;
	set_text(r, field, value);
	if (field == LINE_MEDIA)
		set_media(r, value);
	else if (field == LINE_CONNECTION)
		set_address(r, value);
}

static enum verdict read_lines(struct packet *pkt, struct cursor *c)
{
	bool media = false, whole = true;
	pkt_column_append(pkt, "/SDP");
	row_open(pkt, &proto_sdp, 0);
	while (whole && cur_avail(c)) {
		struct text line = cur_line(c, &whole);
		if (line.len < 2)
			break;
		read_line(pkt, line, &media);
	}
	return MINE;
}

static enum verdict sdp_dissect(struct packet *pkt, struct cursor *c)
{
	sdp_announce(pkt, *c, 0);
	return read_lines(pkt, c);
}

static const char *const media_types[] = { "application/sdp", NULL };

#define SDP(how, ...)                                                                                        \
	{                                                                                                    \
		.name = "sdp", .title = "Session Description Protocol", .spec = "RFC 8866",                  \
		.help = "Says which media a call or a broadcast has, and the addresses and ports where "     \
			"they arrive.",                                                                      \
		.id = PROTO_ID_sdp, .records = sdp_records, .nrecords = 2, .dissect = how, __VA_ARGS__       \
	}

const struct protocol proto_sdp = SDP(sdp_dissect, .media_types = media_types);
const struct protocol proto_sdp_quiet = SDP(read_lines, .as = &proto_sdp);
