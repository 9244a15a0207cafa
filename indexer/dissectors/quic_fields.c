/* The rows of QUIC: one a packet (several may stand in a datagram), one a frame of a packet that could be
 * read. */
#include "indexer/dissectors/quic.h"

static const struct value_name forms[] = { { 0, "Short Header" }, { 1, "Long Header" }, { 0, NULL } };
static const struct value_name types[] = { { 0, "Initial" }, { 1, "0-RTT" }, { 2, "Handshake" },
	{ 3, "Retry" }, { 0, NULL } };
static const struct value_name types_v2[] = { { 0, "Retry" }, { 1, "Initial" }, { 2, "0-RTT" },
	{ 3, "Handshake" }, { 0, NULL } };
static const struct value_name number_lengths[] = { { 0, "1 bytes" }, { 1, "2 bytes" }, { 2, "3 bytes" },
	{ 3, "4 bytes" }, { 0, NULL } };

/* RFC 9000, RFC 9369, and the drafts that were in use. */
static const struct value_name versions[] = { { 0, "Version Negotiation" }, { 1, "1" }, { 0x6b3343cf, "2" },
	{ 0x51303433, "Google Q043" }, { 0x51303434, "Google Q044" }, { 0x51303436, "Google Q046" },
	{ 0x51303530, "Google Q050" }, { 0x54303530, "Google T050" }, { 0x54303531, "Google T051" },
	{ 0xfaceb001, "Facebook mvfst (draft-22)" }, { 0xfaceb002, "Facebook mvfst (draft-27)" },
	{ 0xfaceb00e, "Facebook mvfst (Experimental)" }, { 0xff000016, "draft-22" },
	{ 0xff000017, "draft-23" }, { 0xff000018, "draft-24" }, { 0xff000019, "draft-25" },
	{ 0xff00001a, "draft-26" }, { 0xff00001b, "draft-27" }, { 0xff00001c, "draft-28" },
	{ 0xff00001d, "draft-29" }, { 0xff00001e, "draft-30" }, { 0xff00001f, "draft-31" },
	{ 0xff000020, "draft-32" }, { 0xff000021, "draft-33" }, { 0xff000022, "draft-34" }, { 0, NULL } };

/* RFC 9000, section 19; RFC 9221. */
static const struct value_name frame_types[] = { { 0, "PADDING" }, { 1, "PING" }, { 2, "ACK" }, { 3, "ACK" },
	{ 4, "RESET_STREAM" }, { 5, "STOP_SENDING" }, { 6, "CRYPTO" }, { 7, "NEW_TOKEN" }, { 8, "STREAM" },
	{ 9, "STREAM" }, { 10, "STREAM" }, { 11, "STREAM" }, { 12, "STREAM" }, { 13, "STREAM" },
	{ 14, "STREAM" }, { 15, "STREAM" }, { 16, "MAX_DATA" }, { 17, "MAX_STREAM_DATA" },
	{ 18, "MAX_STREAMS (BIDI)" }, { 19, "MAX_STREAMS (UNI)" }, { 20, "DATA_BLOCKED" },
	{ 21, "STREAM_DATA_BLOCKED" }, { 22, "STREAMS_BLOCKED (BIDI)" }, { 23, "STREAMS_BLOCKED (UNI)" },
	{ 24, "NEW_CONNECTION_ID" }, { 25, "RETIRE_CONNECTION_ID" }, { 26, "PATH_CHALLENGE" },
	{ 27, "PATH_RESPONSE" }, { 28, "CONNECTION_CLOSE (Transport)" },
	{ 29, "CONNECTION_CLOSE (Application)" }, { 30, "HANDSHAKE_DONE" }, { 48, "DATAGRAM" },
	{ 49, "DATAGRAM" }, { 0, NULL } };

/* RFC 9000, section 20.1; 0x100 and up are TLS alerts. */
static const struct value_name errors[] = { { 0, "NO_ERROR" }, { 1, "INTERNAL_ERROR" },
	{ 2, "CONNECTION_REFUSED" }, { 3, "FLOW_CONTROL_ERROR" }, { 4, "STREAM_ID_ERROR" },
	{ 5, "STREAM_STATE_ERROR" }, { 6, "FINAL_SIZE_ERROR" }, { 7, "FRAME_ENCODING_ERROR" },
	{ 8, "TRANSPORT_PARAMETER_ERROR" }, { 9, "CONNECTION_ID_LIMIT_ERROR" }, { 10, "PROTOCOL_VIOLATION" },
	{ 11, "INVALID_TOKEN" }, { 12, "APPLICATION_ERROR" }, { 13, "CRYPTO_BUFFER_EXCEEDED" },
	{ 14, "KEY_UPDATE_ERROR" }, { 15, "AEAD_LIMIT_REACHED" }, { 16, "NO_VIABLE_PATH" },
	{ 17, "VERSION_NEGOTIATION_ERROR" }, { 0, NULL } };

enum { PART_TOKEN = 1, PART_RETRY };

static const struct field packet_fields[QUIC_NFIELDS] = {
	[QUIC_LENGTH_ALL] = { "quic.packet_length", "Packet Length", KIND_UINT, .octets = 4,
		.generated = true },
	[QUIC_KIND] = { "kind", "kind of header", KIND_UINT, .octets = 1, .internal = true },
	[QUIC_FIRST] = { "first", "first octet", KIND_UINT, .octets = 1, .internal = true },
	[QUIC_CLEAR] = { "clear", "first octet without its protection", KIND_UINT, .octets = 1,
		.internal = true },
	[QUIC_NUMBER] = { "quic.connection.number", "Connection Number", KIND_UINT, .octets = 4,
		.generated = true },
	[QUIC_VERSION] = { "quic.version", "Version", KIND_UINT, BASE_HEX, 4, .names = versions },
	[QUIC_DCIL] = { "quic.dcil", "Destination Connection ID Length", KIND_UINT, .octets = 1 },
	[QUIC_DCID] = { "quic.dcid", "Destination Connection ID", KIND_BYTES },
	[QUIC_SCIL] = { "quic.scil", "Source Connection ID Length", KIND_UINT, .octets = 1 },
	[QUIC_SCID] = { "quic.scid", "Source Connection ID", KIND_BYTES },
	[QUIC_LENGTH] = { "quic.length", "Length", KIND_UINT, .octets = 8 },
	[QUIC_PACKET_NUMBER] = { "quic.packet_number", "Packet Number", KIND_UINT, .octets = 8 },
	[QUIC_PAYLOAD] = { "quic.payload", "Payload", KIND_BYTES },
	[QUIC_REMAINING] = { "quic.remaining_payload", "Remaining Payload", KIND_BYTES },
	[QUIC_TOKEN_LENGTH] = { "quic.token_length", "Token Length", KIND_UINT, .octets = 8,
		.part = PART_TOKEN },
	[QUIC_TOKEN] = { "quic.token", "Token", KIND_BYTES, .part = PART_TOKEN },
	[QUIC_ODCIL] = { "quic.odcil", "Original Destination Connection ID Length", KIND_UINT, .octets = 1,
		.part = PART_RETRY },
	[QUIC_ODCID] = { "quic.odcid", "Original Destination Connection ID", KIND_BYTES, .part = PART_RETRY },
	[QUIC_RETRY_TOKEN] = { "quic.retry_token", "Retry Token", KIND_BYTES, .part = PART_RETRY },
	[QUIC_RETRY_TAG] = { "quic.retry_integrity_tag", "Retry Integrity Tag", KIND_BYTES,
		.part = PART_RETRY },
	[QUIC_HEADER_FORM] = { "quic.header_form", "Header Form", KIND_UINT, .octets = 1, .of = QUIC_FIRST,
		.mask = 0x80, .names = forms },
	[QUIC_FIXED_BIT] = { "quic.fixed_bit", "Fixed Bit", KIND_BOOL,
		.sql = "CASE WHEN {kind}<3 THEN {first}>>6&1 END" },
	[QUIC_SPIN_BIT] = { "quic.spin_bit", "Spin Bit", KIND_BOOL,
		.sql = "CASE WHEN {kind}=0 THEN {first}>>5&1 END" },
	[QUIC_UNUSED] = { "quic.vn.unused", "Unused", KIND_UINT, BASE_HEX, 1,
		.sql = "CASE WHEN {kind}=5 THEN {first}&127 END" },
	[QUIC_TYPE] = { "quic.long.packet_type", "Packet Type", KIND_UINT, .octets = 1,
		.sql = "CASE WHEN {kind} IN (1,3) THEN {first}>>4&3 END", .names = types },
	[QUIC_TYPE_V2] = { "quic.long.packet_type_v2", "Packet Type", KIND_UINT, .octets = 1,
		.sql = "CASE WHEN {kind} IN (2,4) THEN {first}>>4&3 END", .names = types_v2 },
	[QUIC_RESERVED] = { "quic.long.reserved", "Reserved", KIND_UINT, .octets = 1, .of = QUIC_CLEAR,
		.mask = 0x0c },
	[QUIC_NUMBER_LENGTH] = { "quic.packet_number_length", "Packet Number Length", KIND_UINT, .octets = 1,
		.of = QUIC_CLEAR, .mask = 0x03, .names = number_lengths },
	[QUIC_SHORT] = { "quic.short", "QUIC Short Header", KIND_NONE,
		.sql = "CASE WHEN {kind}=0 THEN 1 END" },
};

static const struct field frame_fields[FRAME_NFIELDS] = {
	[FRAME_TYPE] = { "quic.frame_type", "Frame Type", KIND_UINT, .octets = 8, .names = frame_types },
	[FRAME_PADDING] = { "quic.padding_length", "Padding Length", KIND_UINT, .octets = 4,
		.generated = true },
	[FRAME_CRYPTO_OFFSET] = { "quic.crypto.offset", "Offset", KIND_UINT, .octets = 8 },
	[FRAME_CRYPTO_LENGTH] = { "quic.crypto.length", "Length", KIND_UINT, .octets = 8 },
};

static const struct field ack_fields[ACK_NFIELDS] = {
	[ACK_LARGEST] = { "quic.ack.largest_acknowledged", "Largest Acknowledged", KIND_UINT, .octets = 8 },
	[ACK_DELAY] = { "quic.ack.ack_delay", "ACK Delay", KIND_UINT, .octets = 8 },
	[ACK_RANGES] = { "quic.ack.ack_range_count", "ACK Range Count", KIND_UINT, .octets = 8 },
	[ACK_FIRST] = { "quic.ack.first_ack_range", "First ACK Range", KIND_UINT, .octets = 8 },
	[ACK_GAP] = { "quic.ack.gap", "Gap", KIND_LIST },
	[ACK_RANGE] = { "quic.ack.ack_range", "ACK Range", KIND_LIST },
	[ACK_ECT0] = { "quic.ack.ect0_count", "ECT(0) Count", KIND_UINT, .octets = 8 },
	[ACK_ECT1] = { "quic.ack.ect1_count", "ECT(1) Count", KIND_UINT, .octets = 8 },
	[ACK_CE] = { "quic.ack.ecn_ce_count", "ECN-CE Count", KIND_UINT, .octets = 8 },
};

static const struct field stream_fields[STREAM_NFIELDS] = {
	[STREAM_ID] = { "quic.stream.stream_id", "Stream ID", KIND_UINT, .octets = 8 },
	[STREAM_OFFSET] = { "quic.stream.offset", "Offset", KIND_UINT, .octets = 8 },
	[STREAM_LENGTH] = { "quic.stream.length", "Length", KIND_UINT, .octets = 8 },
};

static const struct field close_fields[CLOSE_NFIELDS] = {
	[CLOSE_CODE] = { "quic.cc.error_code", "Error code", KIND_UINT, .octets = 8, .names = errors },
	[CLOSE_APP] = { "quic.cc.error_code.app", "Application Error code", KIND_UINT, .octets = 8 },
	[CLOSE_ALERT] = { "quic.cc.error_code.tls_alert", "TLS Alert Description", KIND_UINT, .octets = 1 },
	[CLOSE_FRAME] = { "quic.cc.frame_type", "Frame Type", KIND_UINT, .octets = 8, .names = frame_types },
	[CLOSE_LENGTH] = { "quic.cc.reason_phrase.length", "Reason phrase Length", KIND_UINT, .octets = 8 },
	[CLOSE_PHRASE] = { "quic.cc.reason_phrase", "Reason phrase", KIND_TEXT },
};

static const struct field version_fields[] = {
	{ "quic.supported_version", "Supported Version", KIND_UINT, BASE_HEX, 4, .names = versions },
};

const struct record quic_records[] = {
	[QUIC_REC_PACKET] = { "quic", RECORD_LAYER, QUIC_NFIELDS, packet_fields,
		(const char *const[]) { "token", "retry", NULL } },
	[QUIC_REC_FRAME] = { "quic_frame", RECORD_CHILD, FRAME_NFIELDS, frame_fields, NULL },
	[QUIC_REC_ACK] = { "quic_ack", RECORD_CHILD, ACK_NFIELDS, ack_fields, NULL },
	[QUIC_REC_STREAM] = { "quic_stream", RECORD_CHILD, STREAM_NFIELDS, stream_fields, NULL },
	[QUIC_REC_CLOSE] = { "quic_close", RECORD_CHILD, CLOSE_NFIELDS, close_fields, NULL },
	[QUIC_REC_VERSION] = { "quic_version", RECORD_CHILD, 1, version_fields, NULL },
};
