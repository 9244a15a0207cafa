/* OPC Unified Architecture, binary (OPC 10000-6, section 7.1.2).
 *
 *      0               3       4               8
 *     +---------------+-------+---------------+------ - -
 *     | HEL ACK ... MSG| chunk| size, LE      | secure channel, security, sequence, service
 *     +---------------+-------+---------------+------ - -
 */
#include <string.h>

#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_opcua;

enum { UA_TYPE, UA_CHUNK, UA_SIZE, UA_CHANNEL, UA_NFIELDS };
static const struct field ua_fields[UA_NFIELDS] = {
	[UA_TYPE] = { "opcua.transport.type", "Message Type", KIND_TEXT },
	[UA_CHUNK] = { "opcua.transport.chunk", "Chunk Type", KIND_TEXT },
	[UA_SIZE] = { "opcua.transport.size", "Message Size", KIND_UINT, .octets = 4 },
	[UA_CHANNEL] = { "opcua.transport.scid", "SecureChannelId", KIND_UINT, .octets = 4 },
};

static const struct record ua_records[] = { { "opcua", RECORD_LAYER, UA_NFIELDS, ua_fields, NULL } };

/* OPC 10000-6, annex A: what the messages' encodings are called. */
static const struct value_name services[] = { { 397, "ServiceFault" }, { 422, "FindServersRequest" },
	{ 425, "FindServersResponse" }, { 12208, "FindServersOnNetworkRequest" },
	{ 12209, "FindServersOnNetworkResponse" }, { 428, "GetEndpointsRequest" },
	{ 431, "GetEndpointsResponse" }, { 437, "RegisterServerRequest" }, { 440, "RegisterServerResponse" },
	{ 12211, "RegisterServer2Request" }, { 12212, "RegisterServer2Response" },
	{ 446, "OpenSecureChannelRequest" }, { 449, "OpenSecureChannelResponse" },
	{ 452, "CloseSecureChannelRequest" }, { 455, "CloseSecureChannelResponse" },
	{ 461, "CreateSessionRequest" }, { 464, "CreateSessionResponse" }, { 467, "ActivateSessionRequest" },
	{ 470, "ActivateSessionResponse" }, { 473, "CloseSessionRequest" }, { 476, "CloseSessionResponse" },
	{ 479, "CancelRequest" }, { 482, "CancelResponse" }, { 488, "AddNodesRequest" },
	{ 491, "AddNodesResponse" }, { 494, "AddReferencesRequest" }, { 497, "AddReferencesResponse" },
	{ 500, "DeleteNodesRequest" }, { 503, "DeleteNodesResponse" }, { 506, "DeleteReferencesRequest" },
	{ 509, "DeleteReferencesResponse" }, { 527, "BrowseRequest" }, { 530, "BrowseResponse" },
	{ 533, "BrowseNextRequest" }, { 536, "BrowseNextResponse" },
	{ 554, "TranslateBrowsePathsToNodeIdsRequest" }, { 557, "TranslateBrowsePathsToNodeIdsResponse" },
	{ 560, "RegisterNodesRequest" }, { 563, "RegisterNodesResponse" }, { 566, "UnregisterNodesRequest" },
	{ 569, "UnregisterNodesResponse" }, { 615, "QueryFirstRequest" }, { 618, "QueryFirstResponse" },
	{ 621, "QueryNextRequest" }, { 624, "QueryNextResponse" }, { 631, "ReadRequest" },
	{ 634, "ReadResponse" }, { 664, "HistoryReadRequest" }, { 667, "HistoryReadResponse" },
	{ 673, "WriteRequest" }, { 676, "WriteResponse" }, { 700, "HistoryUpdateRequest" },
	{ 703, "HistoryUpdateResponse" }, { 712, "CallRequest" }, { 715, "CallResponse" },
	{ 751, "CreateMonitoredItemsRequest" }, { 754, "CreateMonitoredItemsResponse" },
	{ 763, "ModifyMonitoredItemsRequest" }, { 766, "ModifyMonitoredItemsResponse" },
	{ 769, "SetMonitoringModeRequest" }, { 772, "SetMonitoringModeResponse" },
	{ 775, "SetTriggeringRequest" }, { 778, "SetTriggeringResponse" },
	{ 781, "DeleteMonitoredItemsRequest" }, { 784, "DeleteMonitoredItemsResponse" },
	{ 787, "CreateSubscriptionRequest" }, { 790, "CreateSubscriptionResponse" },
	{ 793, "ModifySubscriptionRequest" }, { 796, "ModifySubscriptionResponse" },
	{ 799, "SetPublishingModeRequest" }, { 802, "SetPublishingModeResponse" }, { 826, "PublishRequest" },
	{ 829, "PublishResponse" }, { 832, "RepublishRequest" }, { 835, "RepublishResponse" },
	{ 841, "TransferSubscriptionsRequest" }, { 844, "TransferSubscriptionsResponse" },
	{ 847, "DeleteSubscriptionsRequest" }, { 850, "DeleteSubscriptionsResponse" },
	{ 410, "TestStackRequest" }, { 413, "TestStackResponse" }, { 416, "TestStackExRequest" },
	{ 419, "TestStackExResponse" }, { 396, "ServiceFault (XML Encoding)" },
	{ 421, "FindServersRequest (XML Encoding)" }, { 424, "FindServersResponse (XML Encoding)" },
	{ 12196, "FindServersOnNetworkRequest (XML Encoding)" },
	{ 12197, "FindServersOnNetworkResponse (XML Encoding)" },
	{ 427, "GetEndpointsRequest (XML Encoding)" }, { 430, "GetEndpointsResponse (XML Encoding)" },
	{ 436, "RegisterServerRequest (XML Encoding)" }, { 439, "RegisterServerResponse (XML Encoding)" },
	{ 12199, "RegisterServer2Request (XML Encoding)" },
	{ 12200, "RegisterServer2Response (XML Encoding)" },
	{ 445, "OpenSecureChannelRequest (XML Encoding)" },
	{ 448, "OpenSecureChannelResponse (XML Encoding)" },
	{ 451, "CloseSecureChannelRequest (XML Encoding)" },
	{ 454, "CloseSecureChannelResponse (XML Encoding)" }, { 460, "CreateSessionRequest (XML Encoding)" },
	{ 463, "CreateSessionResponse (XML Encoding)" }, { 466, "ActivateSessionRequest (XML Encoding)" },
	{ 469, "ActivateSessionResponse (XML Encoding)" }, { 472, "CloseSessionRequest (XML Encoding)" },
	{ 475, "CloseSessionResponse (XML Encoding)" }, { 478, "CancelRequest (XML Encoding)" },
	{ 481, "CancelResponse (XML Encoding)" }, { 487, "AddNodesRequest (XML Encoding)" },
	{ 490, "AddNodesResponse (XML Encoding)" }, { 493, "AddReferencesRequest (XML Encoding)" },
	{ 496, "AddReferencesResponse (XML Encoding)" }, { 499, "DeleteNodesRequest (XML Encoding)" },
	{ 502, "DeleteNodesResponse (XML Encoding)" }, { 505, "DeleteReferencesRequest (XML Encoding)" },
	{ 508, "DeleteReferencesResponse (XML Encoding)" }, { 526, "BrowseRequest (XML Encoding)" },
	{ 529, "BrowseResponse (XML Encoding)" }, { 532, "BrowseNextRequest (XML Encoding)" },
	{ 535, "BrowseNextResponse (XML Encoding)" },
	{ 553, "TranslateBrowsePathsToNodeIdsRequest (XML Encoding)" },
	{ 556, "TranslateBrowsePathsToNodeIdsResponse (XML Encoding)" },
	{ 559, "RegisterNodesRequest (XML Encoding)" }, { 562, "RegisterNodesResponse (XML Encoding)" },
	{ 565, "UnregisterNodesRequest (XML Encoding)" }, { 568, "UnregisterNodesResponse (XML Encoding)" },
	{ 614, "QueryFirstRequest (XML Encoding)" }, { 617, "QueryFirstResponse (XML Encoding)" },
	{ 620, "QueryNextRequest (XML Encoding)" }, { 623, "QueryNextResponse (XML Encoding)" },
	{ 630, "ReadRequest (XML Encoding)" }, { 633, "ReadResponse (XML Encoding)" },
	{ 663, "HistoryReadRequest (XML Encoding)" }, { 666, "HistoryReadResponse (XML Encoding)" },
	{ 672, "WriteRequest (XML Encoding)" }, { 675, "WriteResponse (XML Encoding)" },
	{ 699, "HistoryUpdateRequest (XML Encoding)" }, { 702, "HistoryUpdateResponse (XML Encoding)" },
	{ 711, "CallRequest (XML Encoding)" }, { 714, "CallResponse (XML Encoding)" },
	{ 750, "CreateMonitoredItemsRequest (XML Encoding)" },
	{ 753, "CreateMonitoredItemsResponse (XML Encoding)" },
	{ 762, "ModifyMonitoredItemsRequest (XML Encoding)" },
	{ 765, "ModifyMonitoredItemsResponse (XML Encoding)" },
	{ 768, "SetMonitoringModeRequest (XML Encoding)" },
	{ 771, "SetMonitoringModeResponse (XML Encoding)" }, { 774, "SetTriggeringRequest (XML Encoding)" },
	{ 777, "SetTriggeringResponse (XML Encoding)" },
	{ 780, "DeleteMonitoredItemsRequest (XML Encoding)" },
	{ 783, "DeleteMonitoredItemsResponse (XML Encoding)" },
	{ 786, "CreateSubscriptionRequest (XML Encoding)" },
	{ 789, "CreateSubscriptionResponse (XML Encoding)" },
	{ 792, "ModifySubscriptionRequest (XML Encoding)" },
	{ 795, "ModifySubscriptionResponse (XML Encoding)" },
	{ 798, "SetPublishingModeRequest (XML Encoding)" },
	{ 801, "SetPublishingModeResponse (XML Encoding)" }, { 825, "PublishRequest (XML Encoding)" },
	{ 828, "PublishResponse (XML Encoding)" }, { 831, "RepublishRequest (XML Encoding)" },
	{ 834, "RepublishResponse (XML Encoding)" }, { 840, "TransferSubscriptionsRequest (XML Encoding)" },
	{ 843, "TransferSubscriptionsResponse (XML Encoding)" },
	{ 846, "DeleteSubscriptionsRequest (XML Encoding)" },
	{ 849, "DeleteSubscriptionsResponse (XML Encoding)" }, { 409, "TestStackRequest (XML Encoding)" },
	{ 412, "TestStackResponse (XML Encoding)" }, { 415, "TestStackExRequest (XML Encoding)" },
	{ 418, "TestStackExResponse (XML Encoding)" }, { 0, NULL } };

enum { HEADER = 8 };

/* The node id (section 5.2.2.9) of the service, by which a message begins. */
static const char *service_name(struct cursor *c)
{
	uint64_t form = cur_be(c, 1);
	uint32_t id = 0;
	if (form == 0) {
		id = (uint32_t)cur_be(c, 1);
	} else if (form == 1) {
		cur_skip(c, 1);
		id = (uint32_t)cur_le(c, 2);
	} else if (form == 2) {
		cur_skip(c, 2);
		id = (uint32_t)cur_le(c, 4);
	}
	return info_name(services, id, NULL);
}

/* A string of a length before it, -1 none. */
static void skip_string(struct cursor *c)
{
	uint32_t n = (uint32_t)cur_le(c, 4);
	cur_skip(c, n == UINT32_MAX ? 0 : n);
}

static void inform(struct packet *pkt, const uint8_t *type, struct cursor c)
{
	static const struct {
		const char *type, *text;
	} texts[] = { { "HEL", "Hello message" }, { "ACK", "Acknowledge message" },
		{ "ERR", "Error message" }, { "RHE", "Reverse Hello message" },
		{ "MSG", "UA Secure Conversation Message" }, { "OPN", "OpenSecureChannel message" },
		{ "CLO", "CloseSecureChannel message" } };
	unsigned i = 0;
	while (i < sizeof(texts) / sizeof(*texts) && memcmp(type, texts[i].type, 3) != 0)
		i++;
	if (i == sizeof(texts) / sizeof(*texts)) {
		info_set(pkt, "%s", "Invalid message");
		return;
	}
	info_set(pkt, "%s", texts[i].text);
	if (i < 4)
		return;
	if (memcmp(type, "OPN", 3) == 0) { /* policy, certificate and thumbprint, sequence, request */
		skip_string(&c);
		skip_string(&c);
		skip_string(&c);
		cur_skip(&c, 8);
	} else { /* token, sequence, request */
		cur_skip(&c, 12);
	}
	const char *name = service_name(&c);
	if (name)
		info_add(pkt, ": %s", name);
}

static uint32_t ua_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return le32(c->data + 4);
}

static enum verdict ua_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_opcua, 0);
	const uint8_t *type = c->data;
	row_string(r, UA_TYPE, c, 3);
	row_string(r, UA_CHUNK, c, 1);
	row_le(r, UA_SIZE, c, 4);
	if (!pkt->fail &&
		(memcmp(type, "MSG", 3) == 0 || memcmp(type, "OPN", 3) == 0 || memcmp(type, "CLO", 3) == 0))
		row_le(r, UA_CHANNEL, c, 4);
	if (pkt->info && !pkt->fail)
		inform(pkt, type, *c);
	return MINE;
}

static const struct pdu ua_pdu = { .min = HEADER, .length = ua_length };
static const struct claim ua_claims[] = { { CLAIM_TCP_PORT, 4840 }, { 0 } };

const struct protocol proto_opcua = {
	.name = "opcua",
	.title = "OpcUa Binary Protocol",
	.column = "OpcUa",
	.spec = "OPC 10000-6",
	.help = "Reads and writes the data of machines, with a description of what they mean.",
	.id = PROTO_ID_opcua,
	.records = ua_records,
	.nrecords = 1,
	.claims = ua_claims,
	.pdu = &ua_pdu,
	.dissect = ua_dissect,
};
