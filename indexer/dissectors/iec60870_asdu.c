/* Application service data units of telecontrol (IEC 60870-5-101, section 7.2; sizes as -104 fixes them).
 *
 *      0       1       2       3       4       5       6               9
 *     +-------+-------+-------+-------+-------+-------+---------------+---- - -
 *     | type  |SQ|num.|TN cause| orig. | address       | object address| element (its size by type)
 *     +-------+-------+-------+-------+-------+-------+---------------+---- - -
 *
 * Little-endian. Without SQ each element has its object address; with SQ the first has, and the others follow
 * one another. */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_iec60870_asdu;

enum {
	ASDU_TYPE,
	ASDU_NUMBER,
	ASDU_CAUSE_OCTET,
	ASDU_OA,
	ASDU_ADDR,
	ASDU_SQ,
	ASDU_NUMIX,
	ASDU_CAUSE,
	ASDU_NEGA,
	ASDU_TEST,
	ASDU_NFIELDS
};

static const struct value_name type_names[] = { { 1, "M_SP_NA_1" }, { 3, "M_DP_NA_1" }, { 5, "M_ST_NA_1" },
	{ 7, "M_BO_NA_1" }, { 9, "M_ME_NA_1" }, { 11, "M_ME_NB_1" }, { 13, "M_ME_NC_1" }, { 15, "M_IT_NA_1" },
	{ 21, "M_ME_ND_1" }, { 30, "M_SP_TB_1" }, { 31, "M_DP_TB_1" }, { 32, "M_ST_TB_1" },
	{ 33, "M_BO_TB_1" }, { 34, "M_ME_TD_1" }, { 35, "M_ME_TE_1" }, { 36, "M_ME_TF_1" },
	{ 37, "M_IT_TB_1" }, { 45, "C_SC_NA_1" }, { 46, "C_DC_NA_1" }, { 47, "C_RC_NA_1" },
	{ 48, "C_SE_NA_1" }, { 49, "C_SE_NB_1" }, { 50, "C_SE_NC_1" }, { 51, "C_BO_NA_1" },
	{ 58, "C_SC_TA_1" }, { 59, "C_DC_TA_1" }, { 70, "M_EI_NA_1" }, { 100, "C_IC_NA_1" },
	{ 101, "C_CI_NA_1" }, { 102, "C_RD_NA_1" }, { 103, "C_CS_NA_1" }, { 105, "C_RP_NA_1" },
	{ 107, "C_TS_TA_1" }, { 0, NULL } };
static const struct value_name cause_names[] = { { 1, "Per/Cyc" }, { 2, "Back" }, { 3, "Spont" },
	{ 4, "Init" }, { 5, "Req" }, { 6, "Act" }, { 7, "ActCon" }, { 8, "Deact" }, { 9, "DeactCon" },
	{ 10, "ActTerm" }, { 11, "Retrem" }, { 12, "Retloc" }, { 13, "File" }, { 20, "Inrogen" },
	{ 37, "Reqcogen" }, { 44, "UkTypeId" }, { 45, "UkCauseTx" }, { 46, "UkComAdrASDU" }, { 47, "UkIOA" },
	{ 0, NULL } };

static const struct field asdu_fields[ASDU_NFIELDS] = {
	[ASDU_TYPE] = { "iec60870_asdu.typeid", "TypeId", KIND_UINT, .octets = 1, .names = type_names },
	[ASDU_NUMBER] = { "number", "number", KIND_UINT, .internal = true },
	[ASDU_CAUSE_OCTET] = { "cause", "cause", KIND_UINT, .internal = true },
	[ASDU_OA] = { "iec60870_asdu.oa", "OA", KIND_UINT, .octets = 1 },
	[ASDU_ADDR] = { "iec60870_asdu.addr", "Addr", KIND_UINT, .octets = 2 },
	[ASDU_SQ] = { "iec60870_asdu.sq", "SQ", KIND_BOOL, .of = ASDU_NUMBER, .mask = 0x80 },
	[ASDU_NUMIX] = { "iec60870_asdu.numix", "NumIx", KIND_UINT, .octets = 1, .of = ASDU_NUMBER,
		.mask = 0x7f },
	[ASDU_CAUSE] = { "iec60870_asdu.causetx", "CauseTx", KIND_UINT, .octets = 1, .of = ASDU_CAUSE_OCTET,
		.mask = 0x3f, .names = cause_names },
	[ASDU_NEGA] = { "iec60870_asdu.nega", "Negative", KIND_BOOL, .of = ASDU_CAUSE_OCTET, .mask = 0x40 },
	[ASDU_TEST] = { "iec60870_asdu.test", "Test", KIND_BOOL, .of = ASDU_CAUSE_OCTET, .mask = 0x80 },
};

/* Each object. */
enum { OBJECT_IOA, OBJECT_NFIELDS };
static const struct field object_fields[OBJECT_NFIELDS] = {
	[OBJECT_IOA] = { "iec60870_asdu.ioa", "IOA", KIND_UINT, .octets = 3 },
};

static const struct record asdu_records[] = {
	{ "iec60870_asdu", RECORD_LAYER, ASDU_NFIELDS, asdu_fields, NULL },
	{ "iec60870_asdu_object", RECORD_CHILD, OBJECT_NFIELDS, object_fields, NULL },
};

#define SQ          0x80
#define TYPES_KNOWN 108

/* Octets of an element (section 7.3), its time with it. */
static const uint8_t sizes[TYPES_KNOWN] = { [1] = 1,
	[2] = 4,
	[3] = 1,
	[4] = 4,
	[5] = 2,
	[6] = 5,
	[7] = 5,
	[8] = 8,
	[9] = 3,
	[10] = 6,
	[11] = 3,
	[12] = 6,
	[13] = 5,
	[14] = 8,
	[15] = 5,
	[16] = 8,
	[20] = 5,
	[21] = 2,
	[30] = 8,
	[31] = 8,
	[32] = 9,
	[33] = 12,
	[34] = 10,
	[35] = 10,
	[36] = 12,
	[37] = 12,
	[38] = 10,
	[39] = 11,
	[40] = 11,
	[45] = 1,
	[46] = 1,
	[47] = 1,
	[48] = 3,
	[49] = 3,
	[50] = 5,
	[51] = 4,
	[58] = 8,
	[59] = 8,
	[60] = 8,
	[61] = 10,
	[62] = 10,
	[63] = 12,
	[64] = 11,
	[70] = 1,
	[100] = 1,
	[101] = 1,
	[103] = 7,
	[105] = 1,
	[107] = 9 };

static enum verdict asdu_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_iec60870_asdu, 0);
	uint32_t type = (uint32_t)row_be(r, ASDU_TYPE, c, 1);
	uint32_t number = (uint32_t)row_be(r, ASDU_NUMBER, c, 1);
	row_be(r, ASDU_CAUSE_OCTET, c, 1);
	row_be(r, ASDU_OA, c, 1);
	row_le(r, ASDU_ADDR, c, 2);
	uint32_t size = type < TYPES_KNOWN ? sizes[type] : 0, address = 0;
	bool read = type == 102; /* a read command has an address and no element */
	for (uint32_t i = 0; i < (number & 0x7f) && !pkt->fail; i++) {
		if (i == 0 || !(number & SQ)) {
			address = (uint32_t)cur_le(c, 3);
			row_set_at(row_open(pkt, &proto_iec60870_asdu, 1), OBJECT_IOA, address,
				c->data + c->pos - 3, 3);
		} else {
			row_set(row_open(pkt, &proto_iec60870_asdu, 1), OBJECT_IOA, ++address);
		}
		if (size == 0 && !read)
			break;
		cur_take(c, size);
	}
	return MINE;
}

const struct protocol proto_iec60870_asdu = {
	.name = "iec60870_asdu",
	.title = "IEC 60870-5-101/104 ASDU",
	.column = "IEC 60870-5 ASDU",
	.spec = "IEC 60870-5-101",
	.help = "Measured values and commands of telecontrol.",
	.id = PROTO_ID_iec60870_asdu,
	.records = asdu_records,
	.nrecords = 2,
	.dissect = asdu_dissect,
};
