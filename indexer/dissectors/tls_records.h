/* The tables of TLS and of DTLS, which differ in the names of their fields and a few columns at the end.
 * Included twice by tls_fields.c, with P the prefix of the fields, NAME(x) that of the C names, TABLE(x) that
 * of the tables and ONLY_TLS(full, tls) the number of columns. */

static const struct field NAME(layer_fields)[LAYER_NFIELDS] = {
	[LAYER_VERSION] = { "session_version", "Version of the session, 0 not known", KIND_UINT, BASE_HEX, 2,
		.internal = true },
	/* Messages over several records of application data: Wireshark sees them with the keys only. */
	[LAYER_SEGMENT] = { P ".segment", "TLS segment", KIND_FRAME, .generated = true, .sql = SQL_OFF },
	[LAYER_SEGMENTS] = { P ".segments", "Reassembled TLS segments", KIND_NONE, .generated = true,
		.sql = SQL_OFF },
	[LAYER_SEGMENT_COUNT] = { P ".segment.count", "Segment count", KIND_UINT, .octets = 4,
		.generated = true, .sql = SQL_OFF },
	[LAYER_SEGMENT_DATA] = { P ".segment.data", "TLS segment data", KIND_BYTES, .sql = SQL_OFF },
	[LAYER_REASSEMBLED_IN] = { P ".reassembled_in", "Reassembled PDU in frame", KIND_FRAME,
		.generated = true, .sql = SQL_OFF },
	[LAYER_REASSEMBLED_LENGTH] = { P ".reassembled.length", "Reassembled PDU length", KIND_UINT,
		.octets = 4, .generated = true, .sql = SQL_OFF },
	[LAYER_REASSEMBLED_DATA] = { P ".reassembled.data", "Reassembled PDU data", KIND_BYTES,
		.generated = true, .sql = SQL_OFF },
	[LAYER_UNKNOWN_RECORD] = { P ".ignored_unknown_record", "Ignored Unknown Record", KIND_NONE,
		.part = 1, .generated = true },
	EXPERT_ITEM_IN(LAYER_EXPERT, 1, EXPERT_IF("{ignored_unknown_record}", "'Ignored Unknown Record'"),
		EXPERT_WARN, EXPERT_PROTOCOL),
};

static const struct field NAME(late_fields)[LATE_NFIELDS] = {
	[LATE_VERSION] = { P ".session_version", "Version of the session", KIND_UINT, BASE_HEX, 2,
		.generated = true, .hidden = true, .names = tls_versions },
};

static const struct field NAME(record_fields)[RECORD_NFIELDS] = {
	[RECORD_CONTENT_TYPE] = { P ".record.content_type", "Content Type", KIND_UINT, .octets = 1,
		.names = content_types },
	[RECORD_VERSION] = { P ".record.version", "Version", KIND_UINT, BASE_HEX, 2, .names = tls_versions },
	[RECORD_LENGTH] = { P ".record.length", "Length", KIND_UINT, .octets = 2 },
	[RECORD_OPAQUE_TYPE] = { P ".record.opaque_type", "Opaque Type", KIND_UINT, .octets = 1,
		.names = content_types },
	[RECORD_APP_DATA] = { P ".app_data", "Encrypted Application Data", KIND_BYTES },
	[RECORD_APP_DATA_PROTO] = { P ".app_data_proto", "Application Data Protocol", KIND_TEXT,
		.generated = true },
	[RECORD_CHANGE_CIPHER_SPEC] = { P ".change_cipher_spec", "Change Cipher Spec Message", KIND_NONE,
		.sql = "CASE WHEN {record_content_type}=20 THEN 1 END" },
	[RECORD_ITSELF] = { P ".record", "Record Layer", KIND_NONE, .sql = "1" },
	[RECORD_EPOCH] = { P ".record.epoch", "Epoch", KIND_UINT, .octets = 2 },
	[RECORD_SEQUENCE_NUMBER] = { P ".record.sequence_number", "Sequence Number", KIND_UINT, .octets = 8 },
	[RECORD_SPECIAL_TYPE] = { P ".record.special_type", "Special Type", KIND_UINT, .octets = 1,
		.names = content_types },
	[RECORD_CONNECTION_ID] = { P ".record.connection_id", "Connection ID", KIND_BYTES },
	[RECORD_ENC_CONTENT] = { P ".enc_content", "Encrypted Record Content", KIND_BYTES },
};

static const struct field NAME(alert_fields)[ALERT_NFIELDS] = {
	[ALERT_LEVEL] = { P ".alert_message.level", "Level", KIND_UINT, .octets = 1, .names = alert_levels },
	[ALERT_DESC] = { P ".alert_message.desc", "Description", KIND_UINT, .octets = 1,
		.names = alert_descriptions },
	[ALERT_MESSAGE] = { P ".alert_message", "Alert Message", KIND_NONE, .sql = "1" },
};

static const struct field NAME(handshake_fields)[HS_NFIELDS] = {
	[HS_TYPE] = { P ".handshake.type", "Handshake Type", KIND_UINT, .octets = 1, .names = message_types },
	[HS_LENGTH] = { P ".handshake.length", "Length", KIND_UINT, .octets = 3 },
	[HS_PRESENT] = { P ".handshake", "Handshake Protocol", KIND_NONE, .sql = "1" },
	/* RFC 5246, section 7.4.2: three octets of length, then the list */
	[HS_CERTIFICATES_LENGTH] = { P ".handshake.certificates_length", "Certificates Length", KIND_UINT,
		.octets = 3, .sql = "CASE WHEN {handshake_type}=11 THEN {handshake_length}-3 END" },
	[HS_CERTIFICATES] = { P ".handshake.certificates", "Certificates", KIND_NONE,
		.sql = "CASE WHEN {handshake_type}=11 AND {handshake_length}>3 THEN 1 END" },
	[HS_MESSAGE_SEQ] = { P ".handshake.message_seq", "Message Sequence", KIND_UINT, .octets = 2 },
	[HS_FRAGMENT_OFFSET] = { P ".handshake.fragment_offset", "Fragment Offset", KIND_UINT, .octets = 3 },
	[HS_FRAGMENT_LENGTH] = { P ".handshake.fragment_length", "Fragment Length", KIND_UINT, .octets = 3 },
};

/* The random begins with four octets of time, by the book (RFC 5246, section 7.4.1.2): a span moved by that.
 */
#define AFTER_TIME(time, span)                                                                               \
	"CASE WHEN " time " IS NULL THEN NULL WHEN typeof(" span ")='integer' THEN " span                    \
	"+67108860 ELSE substr(" span ",5) END"

static const struct field NAME(hello_fields)[HELLO_NFIELDS] = {
	[HELLO_VERSION] = { P ".handshake.version", "Version", KIND_UINT, BASE_HEX, 2,
		.names = tls_versions },
	[HELLO_RANDOM] = { P ".handshake.random", "Random", KIND_BYTES },
	[HELLO_RANDOM_TIME] = { P ".handshake.random_time", "GMT Unix Time", KIND_TIME },
	[HELLO_SESSION_ID_LENGTH] = { P ".handshake.session_id_length", "Session ID Length", KIND_UINT,
		.octets = 1 },
	[HELLO_SESSION_ID] = { P ".handshake.session_id", "Session ID", KIND_BYTES },
	[HELLO_CIPHER_SUITES_LENGTH] = { P ".handshake.cipher_suites_length", "Cipher Suites Length",
		KIND_UINT, .octets = 2 },
	[HELLO_CIPHERSUITE] = { P ".handshake.ciphersuite", "Cipher Suite", KIND_LIST, BASE_HEX, 2,
		.names = tls_cipher_suites },
	[HELLO_COMP_METHODS_LENGTH] = { P ".handshake.comp_methods_length", "Compression Methods Length",
		KIND_UINT, .octets = 1 },
	[HELLO_COMP_METHOD] = { P ".handshake.comp_method", "Compression Method", KIND_LIST, .octets = 1,
		.names = compressions },
	[HELLO_EXTENSIONS_LENGTH] = { P ".handshake.extensions_length", "Extensions Length", KIND_UINT,
		.octets = 2 },
	[HELLO_JA3_FULL] = { P ".handshake.ja3_full", "JA3 Fullstring", KIND_TEXT, .generated = true },
	[HELLO_JA3] = { P ".handshake.ja3", "JA3", KIND_TEXT, .generated = true },
	[HELLO_JA3S_FULL] = { P ".handshake.ja3s_full", "JA3S Fullstring", KIND_TEXT, .generated = true },
	[HELLO_JA3S] = { P ".handshake.ja3s", "JA3S", KIND_TEXT, .generated = true },
	[HELLO_RANDOM_BYTES] = { P ".handshake.random_bytes", "Random Bytes", KIND_BYTES,
		.sql = AFTER_TIME("{handshake_random_time}", "{handshake_random}") },
	[HELLO_CIPHERSUITES] = { P ".handshake.ciphersuites", "Cipher Suites", KIND_NONE,
		.sql = "CASE WHEN {handshake_cipher_suites_length} IS NOT NULL THEN 1 END" },
	[HELLO_COMP_METHODS] = { P ".handshake.comp_methods", "Compression Methods", KIND_NONE,
		.sql = "CASE WHEN {handshake_comp_methods_length} THEN 1 END" },
	[HELLO_COOKIE_LENGTH] = { P ".handshake.cookie_length", "Cookie Length", KIND_UINT, .octets = 1 },
	[HELLO_COOKIE] = { P ".handshake.cookie", "Cookie", KIND_BYTES },
};
#undef AFTER_TIME

/* A list that only extensions of one type have. */
#define LIST_OF(types)                                                                                       \
	"CASE WHEN {handshake_extension_type} IN (" types                                                    \
	") THEN (SELECT x.value FROM t_text x WHERE x.id={numbers}) END"

static const struct field NAME(extension_fields)[EXT_NFIELDS] = {
	[EXT_TYPE] = { P ".handshake.extension.type", "Type", KIND_UINT, .octets = 2,
		.names = extension_types },
	[EXT_LEN] = { P ".handshake.extension.len", "Length", KIND_UINT, .octets = 2 },
	[EXT_NUMBERS] = { "numbers", "the list of the extensions that are one", KIND_LIST, .internal = true },
	[EXT_OCTETS] = { "octets", "all of it", KIND_BYTES, .internal = true },
	[EXT_SUPPORTED_GROUP] = { P ".handshake.extensions_supported_group", "Supported Group", KIND_LIST,
		BASE_HEX, 2, .sql = LIST_OF("10"), .names = tls_groups },
	[EXT_EC_POINT_FORMAT] = { P ".handshake.extensions_ec_point_format", "EC point format", KIND_LIST,
		.octets = 1, .sql = LIST_OF("11"), .names = tls_point_formats },
	[EXT_SIG_HASH_ALG] = { P ".handshake.sig_hash_alg", "Signature Algorithm", KIND_LIST, BASE_HEX, 2,
		.sql = LIST_OF("13,50"), .names = tls_signatures },
	[EXT_SUPPORTED_VERSION] = { P ".handshake.extensions.supported_version", "Supported Version",
		KIND_LIST, BASE_HEX, 2, .sql = LIST_OF("43"), .names = tls_versions },
	[EXT_PSK_KE_MODE] = { P ".extension.psk_ke_mode", "PSK Key Exchange Mode", KIND_LIST, .octets = 1,
		.sql = LIST_OF("45"), .names = tls_psk_modes },
	[EXT_DATA] = { P ".handshake.extension.data", "Data", KIND_BYTES,
		.sql = "CASE WHEN {handshake_extension_type} NOT IN "
		       "(0,1,5,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,27,28,34,"
		       "35,40,41,42,43,44,45,46,47,48,49,50,51,53,54,57,13172,17513,65281,65445,65486) "
		       "THEN {octets} END" },
	[EXT_ALPN_LIST] = { P ".handshake.extensions_alpn_list", "ALPN Protocol", KIND_NONE,
		.sql = "CASE WHEN {handshake_extension_type}=16 THEN 1 END" },
};
#undef LIST_OF

static const struct field NAME(server_name_fields)[SNI_NFIELDS] = {
	[SNI_LIST_LEN] = { P ".handshake.extensions_server_name_list_len", "Server Name list length",
		KIND_UINT, .octets = 2 },
	[SNI_TYPE] = { P ".handshake.extensions_server_name_type", "Server Name Type", KIND_UINT, .octets = 1,
		.names = tls_name_types },
	[SNI_LEN] = { P ".handshake.extensions_server_name_len", "Server Name length", KIND_UINT,
		.octets = 2 },
	[SNI_NAME] = { P ".handshake.extensions_server_name", "Server Name", KIND_TEXT },
};

static const struct field NAME(alpn_fields)[ALPN_NFIELDS] = {
	[ALPN_STR_LEN] = { P ".handshake.extensions_alpn_str_len", "ALPN string length", KIND_UINT,
		.octets = 1 },
	[ALPN_STR] = { P ".handshake.extensions_alpn_str", "ALPN Next Protocol", KIND_TEXT },
};

static const struct field NAME(key_share_fields)[SHARE_NFIELDS] = {
	[SHARE_GROUP] = { P ".handshake.extensions_key_share_group", "Group", KIND_UINT, .octets = 2,
		.names = tls_groups },
	[SHARE_LENGTH] = { P ".handshake.extensions_key_share_key_exchange_length", "Key Exchange Length",
		KIND_UINT, .octets = 2 },
	[SHARE_KEY] = { P ".handshake.extensions_key_share_key_exchange", "Key Exchange", KIND_BYTES },
};

static const struct field NAME(certificate_fields)[CERT_NFIELDS] = {
	[CERT_LENGTH] = { P ".handshake.certificate_length", "Certificate Length", KIND_UINT, .octets = 3 },
	[CERT_CERTIFICATE] = { P ".handshake.certificate", "Certificate", KIND_BYTES },
};

static const struct field NAME(ticket_fields)[TICKET_NFIELDS] = {
	[TICKET_LIFETIME_HINT] = { P ".handshake.session_ticket_lifetime_hint",
		"Session Ticket Lifetime Hint", KIND_UINT, .octets = 4 },
	[TICKET_LENGTH] = { P ".handshake.session_ticket_length", "Session Ticket Length", KIND_UINT,
		.octets = 2 },
	[TICKET_TICKET] = { P ".handshake.session_ticket", "Session Ticket", KIND_BYTES },
	[TICKET_AGE_ADD] = { P ".handshake.session_ticket_age_add", "Session Ticket Age Add", KIND_UINT,
		.octets = 4 },
	[TICKET_NONCE] = { P ".handshake.session_ticket_nonce", "Session Ticket Nonce", KIND_BYTES },
};

static const struct field NAME(key_exchange_fields)[KX_NFIELDS] = {
	[KX_CURVE_TYPE] = { P ".handshake.server_curve_type", "Curve Type", KIND_UINT, BASE_HEX, 1,
		.names = curve_types },
	[KX_NAMED_CURVE] = { P ".handshake.server_named_curve", "Named Curve", KIND_UINT, BASE_HEX, 2,
		.names = tls_groups },
	[KX_SERVER_POINT] = { P ".handshake.server_point", "Pubkey", KIND_BYTES },
	[KX_CLIENT_POINT] = { P ".handshake.client_point", "Pubkey", KIND_BYTES },
	[KX_P] = { P ".handshake.p", "p", KIND_BYTES },
	[KX_G] = { P ".handshake.g", "g", KIND_BYTES },
	[KX_YS] = { P ".handshake.ys", "Pubkey", KIND_BYTES },
	[KX_YC] = { P ".handshake.yc", "Pubkey", KIND_BYTES },
	[KX_EPMS] = { P ".handshake.epms", "Encrypted PreMaster", KIND_BYTES },
	[KX_IDENTITY] = { P ".handshake.identity", "Identity", KIND_BYTES },
	[KX_SIG_HASH_ALG] = { "sig_hash_alg", "algorithm of the signature", KIND_UINT, BASE_HEX, 2,
		.internal = true, .names = tls_signatures },
	[KX_SIG_HASH_ALGS] = { P ".handshake.sig_hash_alg", "Signature Algorithm", KIND_LIST, BASE_HEX, 2,
		.sql = "CAST({sig_hash_alg} AS TEXT)", .names = tls_signatures },
	[KX_SIG] = { P ".handshake.sig", "Signature", KIND_BYTES },
	[KX_CLIENT_SIG] = { P ".handshake.client_cert_vrfy.sig", "Signature", KIND_BYTES },
	[KX_VERIFY_DATA] = { "verify_data", "of a Finished message in the clear", KIND_BYTES,
		.internal = true },
};

static const struct field NAME(heartbeat_fields)[HEARTBEAT_NFIELDS] = {
	[HEARTBEAT_TYPE] = { P ".heartbeat_message.type", "Type", KIND_UINT, .octets = 1,
		.names = heartbeat_types },
	[HEARTBEAT_PAYLOAD_LENGTH] = { P ".heartbeat_message.payload_length", "Payload Length", KIND_UINT,
		.octets = 2 },
	[HEARTBEAT_PAYLOAD] = { P ".heartbeat_message.payload", "Payload Length", KIND_BYTES },
	[HEARTBEAT_MESSAGE] = { P ".heartbeat_message", "Heartbeat Message", KIND_NONE, .sql = "1" },
};

const struct record NAME(records)[TLS_T_COUNT] = {
	[TLS_T_LAYER] = { P, RECORD_LAYER, ONLY_TLS(LAYER_DTLS_NFIELDS, LAYER_NFIELDS), NAME(layer_fields),
		ONLY_TLS(NULL, layer_parts) },
	[TLS_T_LATE] = { P "_session", RECORD_LATE, LATE_NFIELDS, NAME(late_fields), NULL },
	[TLS_T_RECORD] = { P "_record", RECORD_CHILD, ONLY_TLS(RECORD_NFIELDS, RECORD_TLS_NFIELDS),
		NAME(record_fields), NULL },
	[TLS_T_ALERT] = { P "_alert", RECORD_CHILD, ALERT_NFIELDS, NAME(alert_fields), NULL },
	[TLS_T_HANDSHAKE] = { P "_handshake", RECORD_CHILD, ONLY_TLS(HS_NFIELDS, HS_TLS_NFIELDS),
		NAME(handshake_fields), NULL },
	[TLS_T_HELLO] = { P "_hello", RECORD_CHILD, ONLY_TLS(HELLO_NFIELDS, HELLO_TLS_NFIELDS),
		NAME(hello_fields), NULL },
	[TLS_T_EXTENSION] = { P "_extension", RECORD_CHILD, EXT_NFIELDS, NAME(extension_fields), NULL },
	[TLS_T_SERVER_NAME] = { P "_server_name", RECORD_CHILD, SNI_NFIELDS, NAME(server_name_fields), NULL },
	[TLS_T_ALPN] = { P "_alpn", RECORD_CHILD, ALPN_NFIELDS, NAME(alpn_fields), NULL },
	[TLS_T_KEY_SHARE] = { P "_key_share", RECORD_CHILD, SHARE_NFIELDS, NAME(key_share_fields), NULL },
	[TLS_T_CERTIFICATE] = { P "_certificate", RECORD_CHILD, CERT_NFIELDS, NAME(certificate_fields),
		NULL },
	[TLS_T_TICKET] = { P "_ticket", RECORD_CHILD, TICKET_NFIELDS, NAME(ticket_fields), NULL },
	[TLS_T_KEY_EXCHANGE] = { P "_key_exchange", RECORD_CHILD, KX_NFIELDS, NAME(key_exchange_fields),
		NULL },
	[TLS_T_HEARTBEAT] = { P "_heartbeat", RECORD_CHILD, HEARTBEAT_NFIELDS, NAME(heartbeat_fields), NULL },
#ifdef IS_TLS
	[TLS_T_SSL2] = { P "_ssl2", RECORD_CHILD, SSL2_NFIELDS, ssl2_fields, NULL },
	[TLS_T_PIECE] = { P "_handshake_piece", RECORD_CHILD, PIECE_NFIELDS, piece_fields, NULL },
	[TLS_T_PIECES] = { P "_handshake_fragment", RECORD_CHILD, PIECES_NFIELDS, pieces_fields, NULL },
	[TLS_T_WHOLE] = { P "_handshake_reassembled", RECORD_LATE, WHOLE_NFIELDS, whole_fields, NULL,
		.late_of = TLS_T_PIECE },
#endif
};
