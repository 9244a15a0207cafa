/* Diameter (RFC 6733): requests and answers of attribute-value pairs.
 *
 *      0    1           4    5           8               12              16              20
 *     +----+-----------+----+-----------+---------------+---------------+---------------+---- - -
 *     |vers| length    |flag| command   | application   | hop-by-hop    | end-to-end    | AVPs
 *     +----+-----------+----+-----------+---------------+---------------+---------------+---- - -
 *
 *      0               4    5           8              (12)
 *     +---------------+----+-----------+---------------+------ - -
 *     | AVP code      |flag| length    | vendor (flag) | data, padded to 4 octets
 *     +---------------+----+-----------+---------------+------ - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_diameter, proto_data;

enum {
	DIAMETER_VERSION,
	DIAMETER_LENGTH,
	DIAMETER_FLAGS,
	DIAMETER_CMD_CODE,
	DIAMETER_APPLICATIONID,
	DIAMETER_HOPBYHOPID,
	DIAMETER_ENDTOENDID,
	DIAMETER_SESSION_ID,
	DIAMETER_ORIGIN_HOST,
	DIAMETER_ORIGIN_REALM,
	DIAMETER_DESTINATION_HOST,
	DIAMETER_DESTINATION_REALM,
	DIAMETER_USER_NAME,
	DIAMETER_RESULT_CODE,
	DIAMETER_FLAGS_REQUEST,
	DIAMETER_FLAGS_PROXYABLE,
	DIAMETER_FLAGS_ERROR,
	DIAMETER_FLAGS_T,
	DIAMETER_NFIELDS
};
static const struct value_name diameter_cmd_code_names[] = { { 257, "Capabilities-Exchange" },
	{ 258, "Re-Auth" }, { 271, "Accounting" }, { 274, "Abort-Session" }, { 275, "Session-Termination" },
	{ 280, "Device-Watchdog" }, { 282, "Disconnect-Peer" }, { 310, "Boostrapping-Info" },
	{ 311, "Message-Process" }, { 312, "GBAPush-Info" }, { 314, "Policy-Data" },
	{ 315, "Policy-Install" }, { 316, "3GPP-Update-Location" }, { 317, "3GPP-Cancel-Location" },
	{ 318, "3GPP-Authentication-Information" }, { 319, "3GPP-Insert-Subscriber-Data" },
	{ 320, "3GPP-Delete-Subscriber-Data" }, { 321, "3GPP-Purge-UE" }, { 322, "3GPP-Reset" },
	{ 323, "3GPP-Notify" }, { 324, "3GPP-ME-Identity-Check" }, { 325, "MIP6" },
	{ 326, "QoS-Authorization" }, { 327, "QoS-Install" }, { 328, "Capabilities-Update" },
	{ 329, "IKEv2-SK" }, { 330, "NAT-Control" }, { 8388620, "3GPP-Provide-Location" },
	{ 8388621, "3GPP-Location-Report" }, { 8388622, "3GPP-LCS-Routing-Info" },
	{ 8388631, "Subscription Information Application" }, { 8388632, "Distributed Charging" },
	{ 8388633, "Ericsson-SL" }, { 8388634, "Ericsson-SN" }, { 8388635, "Spending-Limit" },
	{ 8388636, "Spending-Status-Notification" }, { 8388637, "TDF-Session" },
	{ 8388638, "3GPP-Update-VCSG-Location" }, { 8388639, "3GPP-Device-Action" },
	{ 8388640, "3GPP-Device-Notification" }, { 8388641, "3GPP-Subscriber-Information" },
	{ 8388642, "Cancel-VCSG-Location" }, { 8388643, "3GPP-Device-Trigger" },
	{ 8388644, "3GPP-Delivery-Report" }, { 8388645, "MO-Forward-Short-Message" },
	{ 8388646, "MT-Forward-Short-Message" }, { 8388647, "Send-Routing-Info-for-SM" },
	{ 8388648, "Alert-Service-Centre" }, { 8388649, "Report-SM-Delivery-Status" },
	{ 8388650, "NSN Cancel-LocationMS" }, { 8388651, "NSN User-DataMS" },
	{ 8388652, "NSN Profile-UpdateMS" }, { 8388653, "NSN Subscribe-NotificationsMS" },
	{ 8388654, "NSN Push-NotificationMS" }, { 8388655, "Get Gateway" },
	{ 8388656, "Trigger-Establishment" }, { 8388657, "Ericsson Binding-Data" },
	{ 8388717, "Ericsson Trace-Report" }, { 8388718, "Configuration-Information" },
	{ 8388719, "Reporting-Information" }, { 8388720, "Non-Aggregated-RUCI-Report" },
	{ 8388721, "Aggregated-RUCI-Report" }, { 8388722, "Modify-Uecontext" },
	{ 8388726, "NIDD-Information" }, { 8388732, "Connection-Management" }, { 8388733, "MO-Data" },
	{ 8388734, "MT-Data" }, { 265, "AA" }, { 268, "Diameter-EAP" }, { 260, "AA-Mobile-Node" },
	{ 262, "Home-Agent-MIP" }, { 272, "Credit-Control" }, { 511, "Ping" }, { 300, "User-Authorization" },
	{ 301, "Server-Assignment" }, { 302, "Location-Info" }, { 303, "Multimedia-Auth" },
	{ 304, "Registration-Termination" }, { 305, "Push-Profile" }, { 306, "User-Data" },
	{ 307, "Profile-Update" }, { 308, "Subscribe-Notifications" }, { 309, "Push-Notification" },
	{ 8388662, "GCS-Action" }, { 8388663, "GCS-Notification" },
	{ 8388664, "ProSe-Subscriber-Information" }, { 8388665, "Update-ProSe-Subscriber-Data" },
	{ 8388666, "ProSe-Notify" }, { 8388667, "Reset" }, { 8388713, "ProSe-Initial-Location-Information" },
	{ 283, "User-Authorization" }, { 284, "Server-Assignment" }, { 285, "Location-Info" },
	{ 286, "Multimedia-Auth" }, { 287, "Registration-Termination" }, { 288, "Push-Profile" },
	{ 325, "MIP6-Request/Answer" }, { 100, "Peer Information" }, { 101, "Fetch Peers" },
	{ 102, "Subscribe Change" }, { 103, "Notify Change" }, { 0, NULL } };
static const struct value_name diameter_applicationid_names[] = { { 0, "Diameter Common Messages" },
	{ 1, "NASREQ Application" }, { 2, "Mobile IPv4 Application" }, { 3, "Diameter Base Accounting" },
	{ 4, "Diameter Credit Control Application" }, { 5, "EAP Application" },
	{ 6, "Diameter Session Initiation Protocol (SIP) Application" },
	{ 7, "Diameter Mobile IPv6 IKE   (MIP6I)" }, { 8, "Diameter Mobile IPv6 Auth  (MIP6A)" },
	{ 9, "Diameter QoS application" }, { 10, "Diameter Capabilities Update" },
	{ 11, "Diameter IKE SK (IKESK)" }, { 12, "Diameter NAT Control Application" }, { 13, "Diameter ERP" },
	{ 111, "ALU Sy" }, { 555, "Sun Ping Application" }, { 19302, "Ericsson SCAP" },
	{ 19310, "Ericsson SRAP" }, { 16777216, "3GPP Cx" }, { 16777217, "3GPP Sh" },
	{ 16777218, "3GPP Re/Rf" }, { 16777219, "3GPP Wx" }, { 16777219, "3GPP Wx" }, { 16777220, "3GPP Zn" },
	{ 16777221, "3GPP Zh" }, { 16777222, "3GPP Gq" }, { 16777223, "3GPP Gmb" }, { 16777224, "3GPP Gx" },
	{ 16777225, "3GPP Gx over Gy" }, { 16777226, "3GPP MM10" }, { 16777227, "Ericsson MSI" },
	{ 16777228, "Ericsson Zx" }, { 16777229, "3GPP Rx Release 6" }, { 16777230, "3GPP Pr" },
	{ 16777231, "Diameter e2e4 Application" }, { 16777232, "Ericsson Charging-CIP" },
	{ 16777233, "Ericsson Mm" }, { 16777234, "Vodafone Gx+" }, { 16777235, "ITU-T Rs" },
	{ 16777236, "3GPP Rx" }, { 16777237, "3GPP2 Ty" }, { 16777238, "3GPP Gx" },
	{ 16777239, "Juniper Cluster" }, { 16777240, "Juniper Policy-Control-AAA" },
	{ 16777241, "iptego USPI" }, { 16777242, "Covergence-specific SIP routing" },
	{ 16777243, "Policy Processing" }, { 16777244, "Juniper Policy-Control-JSRC" },
	{ 16777245, "ITU-T S-TC1" }, { 16777246, "NSN Unified Charging Trigger Function (UCTF)" },
	{ 16777247, "3GPP2 CAN Access Authentication and Authorization" },
	{ 16777248, "3GPP2 WLAN Interworking Access Authentication and Authorization" },
	{ 16777249, "3GPP2 WLAN Interworking Accounting" }, { 16777250, "3GPP STa" },
	{ 16777251, "3GPP S6a/S6d" }, { 16777252, "3GPP S13/S13'" }, { 16777253, "ETSI Re" },
	{ 16777254, "ETSI GOCAP" }, { 16777255, "3GPP SLg" }, { 16777256, "ITU-T Rw" },
	{ 16777257, "ETSI a4" }, { 16777258, "ITU-T Rt" }, { 16777259, "CARA" }, { 16777260, "CAMA" },
	{ 16777261, "Femtocell extension to Diameter EAP Application" }, { 16777262, "ITU-T Ru" },
	{ 16777263, "ITU-T Ng" }, { 16777264, "3GPP SWm" }, { 16777265, "3GPP SWx" },
	{ 16777266, "3GPP Gxx" }, { 16777267, "3GPP S9" }, { 16777268, "3GPP Zpn" },
	{ 16777269, "Ericsson HSI" }, { 16777270, "Juniper-Example" }, { 16777271, "ITU-T Ri" },
	{ 16777272, "3GPP S6b" }, { 16777273, "Juniper JGx" }, { 16777274, "ITU-T Rd" },
	{ 16777275, "ADMI Notification Application" }, { 16777276, "ADMI Messaging Interface Application" },
	{ 16777277, "Peter-Service VSI" }, { 16777278, "ETSI Rr request model" },
	{ 16777279, "ETSI Rr delegated model" }, { 16777291, "3GPP SLh" }, { 16777292, "3GPP SGmb" },
	{ 16777293, "Cloudmark Diameter Interface" }, { 16777294, "Camiant DRMA" },
	{ 16777295, "PiLTE Interworking Diameter Application" }, { 16777296, "Juniper-Sessions-Recovery" },
	{ 16777297, "Vedicis LiveProxy" }, { 16777298, "Pi*3GPP2 Diameter Application" },
	{ 16777299, "Sandvine Rf+" }, { 16777300, "Subscription Information Application" },
	{ 16777301, "Ericsson Charging-DCIP" }, { 16777302, "3GPP Sy" }, { 16777303, "3GPP Sd" },
	{ 16777304, "Ericsson Sy" }, { 16777305, "HP DTD" }, { 16777305, "HP Diameter Topology Discovery" },
	{ 16777306, "ITU-T M9" }, { 16777307, "ITU-T M13" }, { 16777308, "3GPP S7a" },
	{ 16777309, "3GPP Tsp" }, { 16777310, "3GPP S6m" }, { 16777311, "3GPP T4" }, { 16777312, "3GPP S6c" },
	{ 16777313, "3GPP SGd" }, { 16777314, "Intrado-SLg" },
	{ 16777315, "Ericsson Diameter Signalling Controller Application (DSC)" },
	{ 16777316, "Verizon-Femto-Loc" }, { 16777317, "Nokia Solutions and Networks (NSN) Hd Application" },
	{ 16777318, "3GPP S15" }, { 16777319, "3GPP S9a" }, { 16777320, "3GPP S9a*" },
	{ 16777321, "Gateway Location Application" }, { 16777322, "Verizon Session Recovery" },
	{ 16777323, "3GPP2 M1" }, { 16777324, "MAGIC Client Interface Protocol (CIP)" },
	{ 16777325, "ITU-T Nc" }, { 16777326, "ITU-T Ne" }, { 16777327, "Ericsson Sx" },
	{ 16777328, "Nokia Service Extension, NSE" }, { 16777329, "Rivada Xd" }, { 16777330, "Rivada Xm" },
	{ 16777331, "Rivada Xh" }, { 16777332, "Rivada Xf" }, { 16777333, "Rivada Xf" },
	{ 16777334, "Rivada Xp" }, { 16777335, "3GPP MB2-C" }, { 16777335, "3GPP MB2c" },
	{ 16777336, "3GPP PC4a" }, { 16777337, "3GPP PC2" }, { 16777338, "Juniper Domain Policy" },
	{ 16777339, "Host Observer" }, { 16777340, "3GPP PC6/PC7" }, { 16777341, "Nokia Sdr" },
	{ 16777342, "3GPP Np" }, { 16777345, "3GPP S6t" }, { 16777346, "3GPP T6a/T6b" },
	{ 16777999, "S6b Application (One-AAA)" }, { 4294967295, "Relay" }, { 0, NULL } };
static const struct value_name diameter_result_code_names[] = { { 1001, "DIAMETER_MULTI_ROUND_AUTH" },
	{ 2001, "DIAMETER_SUCCESS" }, { 2002, "DIAMETER_LIMITED_SUCCESS" },
	{ 2003, "DIAMETER_FIRST_REGISTRATION" }, { 2004, "DIAMETER_SUBSEQUENT_REGISTRATION" },
	{ 2005, "DIAMETER_UNREGISTERED_SERVICE" }, { 2006, "DIAMETER_SUCCESS_SERVER_NAME_NOT_STORED" },
	{ 2007, "DIAMETER_SERVER_SELECTION" }, { 2008, "DIAMETER_SUCCESS_AUTH_SENT_SERVER_NOT_STORED" },
	{ 2009, "DIAMETER_SUCCESS_RELOCATE_HA" }, { 3001, "DIAMETER_COMMAND_UNSUPPORTED" },
	{ 3002, "DIAMETER_UNABLE_TO_DELIVER" }, { 3003, "DIAMETER_REALM_NOT_SERVED" },
	{ 3004, "DIAMETER_TOO_BUSY" }, { 3005, "DIAMETER_LOOP_DETECTED" },
	{ 3006, "DIAMETER_REDIRECT_INDICATION" }, { 3007, "DIAMETER_APPLICATION_UNSUPPORTED" },
	{ 3008, "DIAMETER_INVALID_HDR_BITS" }, { 3009, "DIAMETER_INVALID_AVP_BITS" },
	{ 3010, "DIAMETER_UNKNOWN_PEER" }, { 3011, "DIAMETER_REALM_REDIRECT_INDICATION" },
	{ 4001, "DIAMETER_AUTHENTICATION_REJECTED" }, { 4002, "DIAMETER_OUT_OF_SPACE" },
	{ 4003, "DIAMETER_ELECTION_LOST" }, { 4005, "DIAMETER_ERROR_MIP_REPLY_FAILURE" },
	{ 4006, "DIAMETER_ERROR_HA_NOT_AVAILABLE" }, { 4007, "DIAMETER_ERROR_BAD_KEY" },
	{ 4008, "DIAMETER_ERROR_MIP_FILTER_NOT_SUPPORTED" }, { 4010, "DIAMETER_END_USER_SERVICE_DENIED" },
	{ 4011, "DIAMETER_CREDIT_CONTROL_NOT_APPLICABLE" }, { 4012, "DIAMETER_CREDIT_LIMIT_REACHED" },
	{ 4013, "DIAMETER_USER_NAME_REQUIRED" }, { 4014, "RESOURCE_FAILURE" },
	{ 4241, "DIAMETER_END_USER_SERVICE_DENIED" }, { 5001, "DIAMETER_AVP_UNSUPPORTED" },
	{ 5002, "DIAMETER_UNKNOWN_SESSION_ID" }, { 5003, "DIAMETER_AUTHORIZATION_REJECTED" },
	{ 5004, "DIAMETER_INVALID_AVP_VALUE" }, { 5005, "DIAMETER_MISSING_AVP" },
	{ 5006, "DIAMETER_RESOURCES_EXCEEDED" }, { 5007, "DIAMETER_CONTRADICTING_AVPS" },
	{ 5008, "DIAMETER_AVP_NOT_ALLOWED" }, { 5009, "DIAMETER_AVP_OCCURS_TOO_MANY_TIMES" },
	{ 5010, "DIAMETER_NO_COMMON_APPLICATION" }, { 5011, "DIAMETER_UNSUPPORTED_VERSION" },
	{ 5012, "DIAMETER_UNABLE_TO_COMPLY" }, { 5013, "DIAMETER_INVALID_BIT_IN_HEADER" },
	{ 5014, "DIAMETER_INVALID_AVP_LENGTH" }, { 5015, "DIAMETER_INVALID_MESSAGE_LENGTH" },
	{ 5016, "DIAMETER_INVALID_AVP_BIT_COMBO" }, { 5017, "DIAMETER_NO_COMMON_SECURITY" },
	{ 5018, "DIAMETER_RADIUS_AVP_UNTRANSLATABLE" }, { 5024, "DIAMETER_ERROR_NO_FOREIGN_HA_SERVICE" },
	{ 5025, "DIAMETER_ERROR_END_TO_END_MIP_KEY_ENCRYPTION" }, { 5030, "DIAMETER_USER_UNKNOWN" },
	{ 5031, "DIAMETER_RATING_FAILED" }, { 5032, "DIAMETER_ERROR_USER_UNKNOWN" },
	{ 5033, "DIAMETER_ERROR_IDENTITIES_DONT_MATCH" }, { 5034, "DIAMETER_ERROR_IDENTITY_NOT_REGISTERED" },
	{ 5035, "DIAMETER_ERROR_ROAMING_NOT_ALLOWED" },
	{ 5036, "DIAMETER_ERROR_IDENTITY_ALREADY_REGISTERED" },
	{ 5037, "DIAMETER_ERROR_AUTH_SCHEME_NOT_SUPPORTED" }, { 5038, "DIAMETER_ERROR_IN_ASSIGNMENT_TYPE" },
	{ 5039, "DIAMETER_ERROR_TOO_MUCH_DATA" }, { 5040, "DIAMETER_ERROR_NOT SUPPORTED_USER_DATA" },
	{ 5041, "DIAMETER_ERROR_MIP6_AUTH_MODE" }, { 5042, "UNKNOWN_BINDING_TEMPLATE_NAME" },
	{ 5043, "BINDING_FAILURE" }, { 5044, "MAX_BINDINGS_SET_FAILURE" },
	{ 5045, "MAXIMUM_BINDINGS_REACHED_FOR_ENDPOINT" }, { 5046, "SESSION_EXISTS" },
	{ 5047, "INSUFFICIENT_CLASSIFIERS" }, { 5048, "DIAMETER_ERROR_EAP_CODE_UNKNOWN" },
	{ 5241, "DIAMETER_END_USER_NOT_FOUND" }, { 0, NULL } };
static const struct field diameter_fields[DIAMETER_NFIELDS] = {
	[DIAMETER_VERSION] = { "diameter.version", "Version", KIND_UINT, BASE_HEX, 1 },
	[DIAMETER_LENGTH] = { "diameter.length", "Length", KIND_UINT, .octets = 3 },
	[DIAMETER_FLAGS] = { "diameter.flags", "Flags", KIND_UINT, BASE_HEX, 1 },
	[DIAMETER_CMD_CODE] = { "diameter.cmd.code", "Command Code", KIND_UINT, .octets = 4,
		.names = diameter_cmd_code_names },
	[DIAMETER_APPLICATIONID] = { "diameter.applicationId", "ApplicationId", KIND_UINT, .octets = 4,
		.names = diameter_applicationid_names },
	[DIAMETER_HOPBYHOPID] = { "diameter.hopbyhopid", "Hop-by-Hop Identifier", KIND_UINT, BASE_HEX, 4 },
	[DIAMETER_ENDTOENDID] = { "diameter.endtoendid", "End-to-End Identifier", KIND_UINT, BASE_HEX, 4 },
	[DIAMETER_SESSION_ID] = { "diameter.Session-Id", "Session-Id", KIND_TEXT },
	[DIAMETER_ORIGIN_HOST] = { "diameter.Origin-Host", "Origin-Host", KIND_TEXT },
	[DIAMETER_ORIGIN_REALM] = { "diameter.Origin-Realm", "Origin-Realm", KIND_TEXT },
	[DIAMETER_DESTINATION_HOST] = { "diameter.Destination-Host", "Destination-Host", KIND_TEXT,
		.part = 1 },
	[DIAMETER_DESTINATION_REALM] = { "diameter.Destination-Realm", "Destination-Realm", KIND_TEXT,
		.part = 1 },
	[DIAMETER_USER_NAME] = { "diameter.User-Name", "User-Name", KIND_TEXT, .part = 1 },
	[DIAMETER_RESULT_CODE] = { "diameter.Result-Code", "Result-Code", KIND_INT, .octets = 4, .part = 1,
		.names = diameter_result_code_names },
	[DIAMETER_FLAGS_REQUEST] = { "diameter.flags.request", "Request", KIND_BOOL, .of = DIAMETER_FLAGS,
		.mask = 0x80 },
	[DIAMETER_FLAGS_PROXYABLE] = { "diameter.flags.proxyable", "Proxyable", KIND_BOOL,
		.of = DIAMETER_FLAGS, .mask = 0x40 },
	[DIAMETER_FLAGS_ERROR] = { "diameter.flags.error", "Error", KIND_BOOL, .of = DIAMETER_FLAGS,
		.mask = 0x20 },
	[DIAMETER_FLAGS_T] = { "diameter.flags.T", "T(Potentially re-transmitted message)", KIND_BOOL,
		.of = DIAMETER_FLAGS, .mask = 0x10 },
};

enum { AVP_AVP_CODE, AVP_AVP_FLAGS, AVP_AVP_LEN, AVP_AVP_VENDORID, AVP_NFIELDS };
static const struct field avp_fields[AVP_NFIELDS] = {
	[AVP_AVP_CODE] = { "diameter.avp.code", "AVP Code", KIND_UINT, .octets = 4 },
	[AVP_AVP_FLAGS] = { "diameter.avp.flags", "AVP Flags", KIND_UINT, BASE_HEX, 1 },
	[AVP_AVP_LEN] = { "diameter.avp.len", "AVP Length", KIND_UINT, .octets = 3 },
	[AVP_AVP_VENDORID] = { "diameter.avp.vendorId", "AVP Vendor Id", KIND_UINT, .octets = 4 },
};

static const struct record diameter_records[] = {
	{ "diameter", RECORD_LAYER, DIAMETER_NFIELDS, diameter_fields,
		(const char *const[]) { "peer", NULL } },
	{ "diameter_avp", RECORD_CHILD, AVP_NFIELDS, avp_fields, NULL },
};

enum { HEADER = 20, AVP_VENDOR = 0x80 };

/* AVPs of AVPs: RFC 6733, section 4.5, and of accounting and credit control (RFC 8506, section 8). */
static bool is_group(uint32_t code)
{
	static const uint16_t groups[] = { 260, 279, 284, 297, 413, 423, 430, 431, 437, 443, 445, 446, 456,
		457, 458 };
	for (unsigned i = 0; i < sizeof(groups) / sizeof(*groups); i++)
		if (groups[i] == code)
			return true;
	return false;
}

#define SHORTEST  36
#define DEPTH_MAX 8 /* AVPs inside AVPs */

static void take_avp(struct packet *pkt, struct row *r, struct cursor *c, unsigned depth)
{
	struct row *a = row_open(pkt, &proto_diameter, 1);
	uint32_t code = (uint32_t)row_be(a, AVP_AVP_CODE, c, 4),
		 flags = (uint32_t)row_be(a, AVP_AVP_FLAGS, c, 1), n = (uint32_t)row_be(a, AVP_AVP_LEN, c, 3),
		 header = flags & AVP_VENDOR ? 12 : 8;
	if (flags & AVP_VENDOR)
		row_be(a, AVP_AVP_VENDORID, c, 4);
	if (n < header) {
		cur_skip(c, cur_left(c));
		return;
	}
	struct cursor data = cur_sub(c, n - header);
	cur_skip(c, -n & 3);
	if (flags & AVP_VENDOR)
		return;
	while (depth < DEPTH_MAX && is_group(code) && cur_left(&data) >= 8)
		take_avp(pkt, r, &data, depth + 1);
	static const struct {
		uint16_t code, field;
	} texts[] = { { 263, DIAMETER_SESSION_ID }, { 264, DIAMETER_ORIGIN_HOST },
		{ 296, DIAMETER_ORIGIN_REALM }, { 293, DIAMETER_DESTINATION_HOST },
		{ 283, DIAMETER_DESTINATION_REALM }, { 1, DIAMETER_USER_NAME } };
	for (unsigned i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (texts[i].code == code && !row_has(r, texts[i].field))
			row_string(r, texts[i].field, &data, cur_left(&data));
	if (code == 268 && !row_has(r, DIAMETER_RESULT_CODE))
		row_be(r, DIAMETER_RESULT_CODE, &data, 4);
}

/* "cmd=Device-Watchdog Request(280) flags=R--- appl=Diameter Common Messages(0) h2h=1 e2e=2 | " */
static void inform(struct packet *pkt, const uint8_t *p)
{
	static const char letters[] = "RPET";
	uint32_t command = be32(p + 4) & 0xffffff, application = be32(p + 8);
	char flags[5] = "----";
	for (unsigned i = 0; i < 4; i++)
		if (p[4] >> (7 - i) & 1)
			flags[i] = letters[i];
	info_set(pkt, "cmd=%s %s(%u) flags=%s appl=%s(%u) h2h=%x e2e=%x | ",
		info_name(diameter_cmd_code_names, command, "Unknown"), p[4] & 0x80 ? "Request" : "Answer",
		command, flags, info_name(diameter_applicationid_names, application, "Unknown"), application,
		be32(p + 12), be32(p + 16));
}

static enum verdict diameter_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_diameter, 0);
	row_be(r, DIAMETER_VERSION, c, 1);
	row_be(r, DIAMETER_LENGTH, c, 3);
	row_be(r, DIAMETER_FLAGS, c, 1);
	row_be(r, DIAMETER_CMD_CODE, c, 3);
	row_be(r, DIAMETER_APPLICATIONID, c, 4);
	row_be(r, DIAMETER_HOPBYHOPID, c, 4);
	row_be(r, DIAMETER_ENDTOENDID, c, 4);
	if (pkt->info && !pkt->fail)
		inform(pkt, c->data);
	while (cur_left(c) >= 8)
		take_avp(pkt, r, c, 0);
	return MINE;
}

/* RFC 6733, section 3: version 1, reserved flags 0; a header and at least two attributes. */
static bool is_diameter(const struct cursor *c)
{
	return c->data[0] == 1 && (c->data[4] & 0x0f) == 0 && (be32(c->data) & 0xffffff) >= SHORTEST;
}

static uint32_t diameter_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return is_diameter(c) ? be32(c->data) & 0xffffff : c->len;
}

/* What is none is data below Diameter. */
static enum verdict diameter_message(struct packet *pkt, struct cursor *c)
{
	if (is_diameter(c))
		return diameter_dissect(pkt, c);
	info_set(pkt, "%s", "Continuation");
	pkt_next_proto(pkt, &proto_data, *c);
	return MINE;
}

static const struct pdu diameter_pdu = { .min = 5, .length = diameter_length, .dissect = diameter_message };

static const struct claim diameter_claims[] = { { CLAIM_TCP_PORT, 3868 }, { CLAIM_SCTP_PORT, 3868 }, { 0 } };

const struct protocol proto_diameter = {
	.name = "diameter",
	.title = "Diameter Protocol",
	.column = "DIAMETER",
	.spec = "RFC 6733",
	.help = "Authenticates, authorizes and accounts for users of networks.",
	.id = PROTO_ID_diameter,
	.records = diameter_records,
	.nrecords = 2,
	.claims = diameter_claims,
	.dissect = diameter_dissect,
	.pdu = &diameter_pdu,
};
