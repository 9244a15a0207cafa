/* Apache Kafka: requests and responses behind their length. What a response answers is told by its
 * correlation alone.
 *
 *      0               4       6       8              12
 *     +---------------+-------+-------+---------------+-------- - -
 *     | length        |api key|version| correlation   | client      request
 *     +---------------+-------+-------+---------------+-------- - -
 *     | length        | correlation   | response
 *     +---------------+---------------+-------- - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_kafka;

enum {
	KAFKA_LEN,
	KAFKA_CORRELATION_ID,
	KAFKA_API_KEY,
	KAFKA_REQUEST_KEY,
	KAFKA_API_VERSION,
	KAFKA_REQUEST_VERSION,
	KAFKA_CLIENT_ID,
	KAFKA_NFIELDS
};
static const struct value_name kafka_api_key_names[] = { { 0, "Produce" }, { 1, "Fetch" }, { 2, "Offsets" },
	{ 3, "Metadata" }, { 4, "LeaderAndIsr" }, { 5, "StopReplica" }, { 6, "UpdateMetadata" },
	{ 7, "ControlledShutdown" }, { 8, "OffsetCommit" }, { 9, "OffsetFetch" }, { 10, "FindCoordinator" },
	{ 11, "JoinGroup" }, { 12, "Heartbeat" }, { 13, "LeaveGroup" }, { 14, "SyncGroup" },
	{ 15, "DescribeGroups" }, { 16, "ListGroups" }, { 17, "SaslHandshake" }, { 18, "ApiVersions" },
	{ 19, "CreateTopics" }, { 20, "DeleteTopics" }, { 21, "DeleteRecords" }, { 22, "InitProducerId" },
	{ 23, "OffsetForLeaderEpoch" }, { 24, "AddPartitionsToTxn" }, { 25, "AddOffsetsToTxn" },
	{ 26, "EndTxn" }, { 27, "WriteTxnMarkers" }, { 28, "TxnOffsetCommit" }, { 29, "DescribeAcls" },
	{ 30, "CreateAcls" }, { 31, "DeleteAcls" }, { 32, "DescribeConfigs" }, { 33, "AlterConfigs" },
	{ 34, "AlterReplicaLogDirs" }, { 35, "DescribeLogDirs" }, { 36, "SaslAuthenticate" },
	{ 37, "CreatePartitions" }, { 38, "CreateDelegationToken" }, { 39, "RenewDelegationToken" },
	{ 40, "ExpireDelegationToken" }, { 41, "DescribeDelegationToken" }, { 42, "DeleteGroups" },
	{ 43, "ElectLeaders" }, { 44, "IncrementalAlterConfigs" }, { 45, "AlterPartitionReassignments" },
	{ 46, "ListPartitionReassignments" }, { 47, "OffsetDelete" }, { 0, NULL } };
static const struct value_name kafka_request_key_names[] = { { 0, "Produce" }, { 1, "Fetch" },
	{ 2, "Offsets" }, { 3, "Metadata" }, { 4, "LeaderAndIsr" }, { 5, "StopReplica" },
	{ 6, "UpdateMetadata" }, { 7, "ControlledShutdown" }, { 8, "OffsetCommit" }, { 9, "OffsetFetch" },
	{ 10, "FindCoordinator" }, { 11, "JoinGroup" }, { 12, "Heartbeat" }, { 13, "LeaveGroup" },
	{ 14, "SyncGroup" }, { 15, "DescribeGroups" }, { 16, "ListGroups" }, { 17, "SaslHandshake" },
	{ 18, "ApiVersions" }, { 19, "CreateTopics" }, { 20, "DeleteTopics" }, { 21, "DeleteRecords" },
	{ 22, "InitProducerId" }, { 23, "OffsetForLeaderEpoch" }, { 24, "AddPartitionsToTxn" },
	{ 25, "AddOffsetsToTxn" }, { 26, "EndTxn" }, { 27, "WriteTxnMarkers" }, { 28, "TxnOffsetCommit" },
	{ 29, "DescribeAcls" }, { 30, "CreateAcls" }, { 31, "DeleteAcls" }, { 32, "DescribeConfigs" },
	{ 33, "AlterConfigs" }, { 34, "AlterReplicaLogDirs" }, { 35, "DescribeLogDirs" },
	{ 36, "SaslAuthenticate" }, { 37, "CreatePartitions" }, { 38, "CreateDelegationToken" },
	{ 39, "RenewDelegationToken" }, { 40, "ExpireDelegationToken" }, { 41, "DescribeDelegationToken" },
	{ 42, "DeleteGroups" }, { 43, "ElectLeaders" }, { 44, "IncrementalAlterConfigs" },
	{ 45, "AlterPartitionReassignments" }, { 46, "ListPartitionReassignments" }, { 47, "OffsetDelete" },
	{ 0, NULL } };
static const struct field kafka_fields[KAFKA_NFIELDS] = {
	[KAFKA_LEN] = { "kafka.len", "Length", KIND_INT, .octets = 4 },
	[KAFKA_CORRELATION_ID] = { "kafka.correlation_id", "Correlation ID", KIND_INT, .octets = 4 },
	[KAFKA_API_KEY] = { "kafka.api_key", "API Key", KIND_INT, .octets = 2, .names = kafka_api_key_names },
	[KAFKA_REQUEST_KEY] = { "kafka.request_key", "API Key", KIND_INT, .octets = 2,
		.names = kafka_request_key_names },
	[KAFKA_API_VERSION] = { "kafka.api_version", "API Version", KIND_INT, .octets = 2 },
	[KAFKA_REQUEST_VERSION] = { "kafka.request.version", "API Version", KIND_INT, .octets = 2 },
	[KAFKA_CLIENT_ID] = { "kafka.client_id", "Client ID", KIND_TEXT },
};

static const struct record kafka_records[] = { { "kafka", RECORD_LAYER, KAFKA_NFIELDS, kafka_fields, NULL } };

static enum verdict kafka_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_kafka, 0);
	row_be(r, KAFKA_LEN, c, 4);
	if (pkt->dstport != 9092) {
		row_be(r, KAFKA_CORRELATION_ID, c, 4);
		return MINE;
	}
	row_set(r, KAFKA_REQUEST_KEY, (int64_t)row_be(r, KAFKA_API_KEY, c, 2));
	row_set(r, KAFKA_REQUEST_VERSION, (int64_t)row_be(r, KAFKA_API_VERSION, c, 2));
	row_be(r, KAFKA_CORRELATION_ID, c, 4);
	uint32_t n = (uint32_t)cur_be(c, 2);
	if (n < 0x8000)
		row_string(r, KAFKA_CLIENT_ID, c, n);
	return MINE;
}

static uint32_t kafka_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return 4 + be32(c->data);
}

static const struct pdu kafka_pdu = { .min = 4, .length = kafka_length };

static const struct claim kafka_claims[] = { { CLAIM_TCP_PORT, 9092 }, { 0 } };

const struct protocol proto_kafka = {
	.name = "kafka",
	.title = "Kafka",
	.column = "Kafka",
	.help = "Publishes records under topics and reads them in order.",
	.id = PROTO_ID_kafka,
	.records = kafka_records,
	.nrecords = 1,
	.claims = kafka_claims,
	.dissect = kafka_dissect,
	.pdu = &kafka_pdu,
};
