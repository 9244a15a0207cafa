/* The fields of HTTP/2. */
#include "indexer/dissectors/http2.h"

#define TEXT(id)         "(SELECT x.value FROM t_text x WHERE x.id=" id ")"
#define FLAG(bit, types) .sql = "CASE WHEN {type} IN (" types ") THEN {flags}>>" #bit "&1 END"

static const struct value_name type_names[] = { { TYPE_DATA, "DATA" }, { TYPE_HEADERS, "HEADERS" },
	{ TYPE_PRIORITY, "PRIORITY" }, { TYPE_RST_STREAM, "RST_STREAM" }, { TYPE_SETTINGS, "SETTINGS" },
	{ TYPE_PUSH_PROMISE, "PUSH_PROMISE" }, { TYPE_PING, "PING" }, { TYPE_GOAWAY, "GOAWAY" },
	{ TYPE_WINDOW_UPDATE, "WINDOW_UPDATE" }, { TYPE_CONTINUATION, "CONTINUATION" }, { 10, "ALTSVC" },
	{ 11, "BLOCKED" }, { 12, "ORIGIN" }, { 16, "PRIORITY_UPDATE" }, { 0, NULL } };

/* RFC 9113, section 7. */
static const struct value_name error_names[] = { { 0, "NO_ERROR" }, { 1, "PROTOCOL_ERROR" },
	{ 2, "INTERNAL_ERROR" }, { 3, "FLOW_CONTROL_ERROR" }, { 4, "SETTINGS_TIMEOUT" },
	{ 5, "STREAM_CLOSED" }, { 6, "FRAME_SIZE_ERROR" }, { 7, "REFUSED_STREAM" }, { 8, "CANCEL" },
	{ 9, "COMPRESSION_ERROR" }, { 10, "CONNECT_ERROR" }, { 11, "ENHANCE_YOUR_CALM" },
	{ 12, "INADEQUATE_SECURITY" }, { 13, "HTTP_1_1_REQUIRED" }, { 0, NULL } };

static const struct value_name setting_names[] = { { 1, "Header table size" }, { 2, "Enable PUSH" },
	{ 3, "Max concurrent streams" }, { 4, "Initial Windows size" }, { 5, "Max frame size" },
	{ 6, "Max header list size" }, { 8, "Extended CONNECT" }, { 0, NULL } };

static const struct field frame_fields[FRAME_NFIELDS] = {
	[FRAME_LENGTH] = { "http2.length", "Length", KIND_UINT, .octets = 3 },
	[FRAME_TYPE] = { "http2.type", "Type", KIND_UINT, .octets = 1, .names = type_names },
	[FRAME_FLAGS] = { "http2.flags", "Flags", KIND_UINT, BASE_HEX, 1 },
	[FRAME_WORD] = { "word", "reserved bit and stream", KIND_UINT, .internal = true },
	[FRAME_MAGIC] = { "http2.magic", "Magic", KIND_TEXT, .part = 1 },
	[FRAME_PAD_LENGTH] = { "http2.pad_length", "Pad Length", KIND_UINT, .octets = 2, .part = 1 },
	[FRAME_DEPENDENCY] = { "dependency", "exclusive bit and stream", KIND_UINT, .internal = true,
		.part = 1 },
	[FRAME_WEIGHT] = { "http2.headers.weight", "Weight", KIND_UINT, .octets = 1, .part = 1 },
	[FRAME_HEADER_LENGTH] = { "http2.header.length", "Header Length", KIND_UINT, .octets = 4, .part = 1,
		.generated = true },
	[FRAME_HEADER_COUNT] = { "http2.header.count", "Header Count", KIND_UINT, .octets = 4, .part = 1,
		.generated = true },
	[FRAME_FULL_URI] = { "http2.request.full_uri", "Full request URI", KIND_TEXT, .part = 1,
		.generated = true },
	[FRAME_DATA] = { "http2.data.data", "Data", KIND_BYTES, .part = 1 },
	[FRAME_RST_ERROR] = { "http2.rst_stream.error", "Error", KIND_UINT, .octets = 4, .part = 1,
		.names = error_names },
	[FRAME_PROMISED] = { "http2.push_promise.promised_stream_id", "Promised-Stream-ID", KIND_UINT,
		.octets = 4, .part = 1 },
	[FRAME_PING] = { "http2.ping", "Ping", KIND_BYTES, .part = 1 },
	[FRAME_PONG] = { "http2.pong", "Pong", KIND_BYTES, .part = 1 },
	[FRAME_LAST_STREAM] = { "http2.goaway.last_stream_id", "Last-Stream-ID", KIND_UINT, .octets = 4,
		.part = 1 },
	[FRAME_GOAWAY_ERROR] = { "http2.goaway.error", "Error", KIND_UINT, .octets = 4, .part = 1,
		.names = error_names },
	[FRAME_GOAWAY_DATA] = { "http2.goaway.addata", "Additional Debug Data", KIND_BYTES, .part = 1 },
	[FRAME_INCREMENT] = { "http2.window_update.window_size_increment", "Window Size Increment", KIND_UINT,
		.octets = 4, .part = 1 },
	[FRAME_STREAM] = { "http2.streamid", "Stream Identifier", KIND_UINT, .octets = 4, .of = FRAME_WORD,
		.mask = 0x7fffffff },
	[FRAME_RESERVED] = { "http2.r", "Reserved", KIND_UINT, BASE_HEX, 4, .of = FRAME_WORD,
		.mask = 0x80000000 },
	[FRAME_END_STREAM] = { "http2.flags.end_stream", "End Stream", KIND_BOOL, FLAG(0, "0,1") },
	[FRAME_END_HEADERS] = { "http2.flags.eh", "End Headers", KIND_BOOL, FLAG(2, "1,5,9") },
	[FRAME_PADDED] = { "http2.flags.padded", "Padded", KIND_BOOL, FLAG(3, "0,1,5,9") },
	[FRAME_PRIORITY] = { "http2.flags.priority", "Priority", KIND_BOOL, FLAG(5, "1") },
	[FRAME_ACK_PING] = { "http2.flags.ack.ping", "ACK", KIND_BOOL, FLAG(0, "6") },
	[FRAME_ACK_SETTINGS] = { "http2.flags.ack.settings", "ACK", KIND_BOOL, FLAG(0, "4") },
	[FRAME_EXCLUSIVE] = { "http2.exclusive", "Exclusive", KIND_BOOL, .part = 1, .of = FRAME_DEPENDENCY,
		.mask = 0x80000000 },
	[FRAME_DEPENDS_ON] = { "http2.stream_dependency", "Stream Dependency", KIND_UINT, .octets = 4,
		.part = 1, .of = FRAME_DEPENDENCY, .mask = 0x7fffffff },
	[FRAME_WEIGHT_REAL] = { "http2.headers.weight_real", "Weight real", KIND_UINT, .octets = 1, .part = 1,
		.generated = true, .sql = "{headers_weight}+1" },
};
static const char *const frame_parts[] = { "payload", NULL };

#define NAMED(name)                                                                                          \
	.sql = "CASE " TEXT("{header_name}") " WHEN '" name "' THEN " TEXT("{header_value}") " END"
#define NUMBER(name)                                                                                         \
	.sql = "CASE " TEXT("{header_name}") " WHEN '" name                                                  \
					     "' THEN CAST(" TEXT("{header_value}") " AS INTEGER) END"

static const struct field header_fields[] = {
	[H2_HEADER_NAME] = { "http2.header.name", "Name", KIND_TEXT },
	[H2_HEADER_VALUE] = { "http2.header.value", "Value", KIND_TEXT },
	[H2_HEADER_REPR] = { "repr", "0 indexed, 1 with indexing, 2 without, 3 never, 4 table size",
		KIND_UINT, .internal = true },
	[H2_HEADER_INDEX] = { "http2.header.index", "Index", KIND_UINT, .octets = 4 },
	[H2_HEADER_NAME_LEN] = { "http2.header.name.length", "Name Length", KIND_UINT, .octets = 4 },
	[H2_HEADER_VALUE_LEN] = { "http2.header.value.length", "Value Length", KIND_UINT, .octets = 4 },
	{ "http2.header.repr", "Representation", KIND_TEXT,
		.sql = "CASE {repr} WHEN 0 THEN 'Indexed Header Field' WHEN 1 THEN 'Literal Header Field "
		       "with "
		       "Incremental Indexing' || CASE WHEN {header_index} IS NULL THEN ' - New Name' ELSE ' "
		       "- "
		       "Indexed Name' END WHEN 2 THEN 'Literal Header Field without Indexing' || CASE WHEN "
		       "{header_index} IS NULL THEN ' - New Name' ELSE ' - Indexed Name' END WHEN 3 THEN "
		       "'Literal "
		       "Header Field never Indexed' || CASE WHEN {header_index} IS NULL THEN ' - New Name' "
		       "ELSE ' "
		       "- Indexed Name' END END" },
	{ "http2.headers.authority", ":authority", KIND_TEXT, NAMED(":authority") },
	{ "http2.headers.path", ":path", KIND_TEXT, NAMED(":path") },
	{ "http2.headers.method", ":method", KIND_TEXT, NAMED(":method") },
	{ "http2.headers.scheme", ":scheme", KIND_TEXT, NAMED(":scheme") },
	{ "http2.headers.status", ":status", KIND_UINT, .octets = 2, NUMBER(":status") },
	{ "http2.headers.age", "age", KIND_UINT, .octets = 8, NUMBER("age") },
	{ "http2.headers.content_length", "content-length", KIND_UINT, .octets = 8,
		NUMBER("content-length") },
	{ "http2.headers.max_forwards", "max-forwards", KIND_UINT, .octets = 8, NUMBER("max-forwards") },
	{ "http2.headers.accept", "accept", KIND_TEXT, NAMED("accept") },
	{ "http2.headers.accept_charset", "accept-charset", KIND_TEXT, NAMED("accept-charset") },
	{ "http2.headers.accept_encoding", "accept-encoding", KIND_TEXT, NAMED("accept-encoding") },
	{ "http2.headers.accept_language", "accept-language", KIND_TEXT, NAMED("accept-language") },
	{ "http2.headers.accept_ranges", "accept-ranges", KIND_TEXT, NAMED("accept-ranges") },
	{ "http2.headers.access_control_allow_origin", "access-control-allow-origin", KIND_TEXT,
		NAMED("access-control-allow-origin") },
	{ "http2.headers.allow", "allow", KIND_TEXT, NAMED("allow") },
	{ "http2.headers.authorization", "authorization", KIND_TEXT, NAMED("authorization") },
	{ "http2.headers.cache_control", "cache-control", KIND_TEXT, NAMED("cache-control") },
	{ "http2.headers.content_disposition", "content-disposition", KIND_TEXT,
		NAMED("content-disposition") },
	{ "http2.headers.content_encoding", "content-encoding", KIND_TEXT, NAMED("content-encoding") },
	{ "http2.headers.content_language", "content-language", KIND_TEXT, NAMED("content-language") },
	{ "http2.headers.content_location", "content-location", KIND_TEXT, NAMED("content-location") },
	{ "http2.headers.content_range", "content-range", KIND_TEXT, NAMED("content-range") },
	{ "http2.headers.content_type", "content-type", KIND_TEXT, NAMED("content-type") },
	{ "http2.headers.cookie", "cookie", KIND_TEXT, NAMED("cookie") },
	{ "http2.headers.date", "date", KIND_TEXT, NAMED("date") },
	{ "http2.headers.etag", "etag", KIND_TEXT, NAMED("etag") },
	{ "http2.headers.expect", "expect", KIND_TEXT, NAMED("expect") },
	{ "http2.headers.expires", "expires", KIND_TEXT, NAMED("expires") },
	{ "http2.headers.from", "from", KIND_TEXT, NAMED("from") },
	{ "http2.headers.if_match", "if-match", KIND_TEXT, NAMED("if-match") },
	{ "http2.headers.if_modified_since", "if-modified-since", KIND_TEXT, NAMED("if-modified-since") },
	{ "http2.headers.if_none_match", "if-none-match", KIND_TEXT, NAMED("if-none-match") },
	{ "http2.headers.if_range", "if-range", KIND_TEXT, NAMED("if-range") },
	{ "http2.headers.if_unmodified_since", "if-unmodified-since", KIND_TEXT,
		NAMED("if-unmodified-since") },
	{ "http2.headers.last_modified", "last-modified", KIND_TEXT, NAMED("last-modified") },
	{ "http2.headers.link", "link", KIND_TEXT, NAMED("link") },
	{ "http2.headers.location", "location", KIND_TEXT, NAMED("location") },
	{ "http2.headers.proxy_authenticate", "proxy-authenticate", KIND_TEXT, NAMED("proxy-authenticate") },
	{ "http2.headers.proxy_authorization", "proxy-authorization", KIND_TEXT,
		NAMED("proxy-authorization") },
	{ "http2.headers.range", "range", KIND_TEXT, NAMED("range") },
	{ "http2.headers.referer", "referer", KIND_TEXT, NAMED("referer") },
	{ "http2.headers.refresh", "refresh", KIND_TEXT, NAMED("refresh") },
	{ "http2.headers.retry_after", "retry-after", KIND_TEXT, NAMED("retry-after") },
	{ "http2.headers.server", "server", KIND_TEXT, NAMED("server") },
	{ "http2.headers.set_cookie", "set-cookie", KIND_TEXT, NAMED("set-cookie") },
	{ "http2.headers.strict_transport_security", "strict-transport-security", KIND_TEXT,
		NAMED("strict-transport-security") },
	{ "http2.headers.user_agent", "user-agent", KIND_TEXT, NAMED("user-agent") },
	{ "http2.headers.vary", "vary", KIND_TEXT, NAMED("vary") },
	{ "http2.headers.via", "via", KIND_TEXT, NAMED("via") },
	{ "http2.headers.www_authenticate", "www-authenticate", KIND_TEXT, NAMED("www-authenticate") },
};

#define SETTING(n) .sql = "CASE {settings_id} WHEN " #n " THEN {value} END"
static const struct field setting_fields[] = {
	[SETTING_ID] = { "http2.settings.id", "Settings Identifier", KIND_UINT, .octets = 2,
		.names = setting_names },
	[SETTING_VALUE] = { "value", "its value", KIND_UINT, .internal = true },
	{ "http2.settings.header_table_size", "Header table size", KIND_UINT, .octets = 4, SETTING(1) },
	{ "http2.settings.enable_push", "Enable PUSH", KIND_UINT, .octets = 4, SETTING(2) },
	{ "http2.settings.max_concurrent_streams", "Max concurrent streams", KIND_UINT, .octets = 4,
		SETTING(3) },
	{ "http2.settings.initial_window_size", "Initial Windows Size", KIND_UINT, .octets = 4, SETTING(4) },
	{ "http2.settings.max_frame_size", "Max frame size", KIND_UINT, .octets = 4, SETTING(5) },
	{ "http2.settings.max_header_list_size", "Max header list size", KIND_UINT, .octets = 4, SETTING(6) },
	{ "http2.settings.extended_connect", "Extended CONNECT", KIND_UINT, .octets = 4, SETTING(8) },
	{ "http2.settings.unknown", "Unknown Settings", KIND_UINT, .octets = 4,
		.sql = "CASE WHEN {settings_id} NOT IN (1,2,3,4,5,6,8) THEN {value} END" },
};

const struct record http2_records[HTTP2_NRECORDS] = {
	[HTTP2_FRAME] = { "http2", RECORD_LAYER, FRAME_NFIELDS, frame_fields, frame_parts },
	[HTTP2_HEADER] = { "http2_header", RECORD_CHILD, sizeof(header_fields) / sizeof(*header_fields),
		header_fields, NULL },
	[HTTP2_SETTING] = { "http2_setting", RECORD_CHILD, sizeof(setting_fields) / sizeof(*setting_fields),
		setting_fields, NULL },
};
