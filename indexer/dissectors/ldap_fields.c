/* LDAP: the fields of a message. */
#include "indexer/dissectors/ldap_fields.h"

static const struct value_name operations[] = { { 0, "bindRequest" }, { 1, "bindResponse" },
	{ 2, "unbindRequest" }, { 3, "searchRequest" }, { 4, "searchResEntry" }, { 5, "searchResDone" },
	{ 19, "searchResRef" }, { 6, "modifyRequest" }, { 7, "modifyResponse" }, { 8, "addRequest" },
	{ 9, "addResponse" }, { 10, "delRequest" }, { 11, "delResponse" }, { 12, "modDNRequest" },
	{ 13, "modDNResponse" }, { 14, "compareRequest" }, { 15, "compareResponse" },
	{ 16, "abandonRequest" }, { 23, "extendedReq" }, { 24, "extendedResp" },
	{ 25, "intermediateResponse" }, { 0, NULL } };

static const struct value_name result_codes[] = { { 0, "success" }, { 1, "operationsError" },
	{ 2, "protocolError" }, { 3, "timeLimitExceeded" }, { 4, "sizeLimitExceeded" }, { 5, "compareFalse" },
	{ 6, "compareTrue" }, { 7, "authMethodNotSupported" }, { 8, "strongAuthRequired" },
	{ 10, "referral" }, { 11, "adminLimitExceeded" }, { 12, "unavailableCriticalExtension" },
	{ 13, "confidentialityRequired" }, { 14, "saslBindInProgress" }, { 16, "noSuchAttribute" },
	{ 32, "noSuchObject" }, { 34, "invalidDNSyntax" }, { 48, "inappropriateAuthentication" },
	{ 49, "invalidCredentials" }, { 50, "insufficientAccessRights" }, { 51, "busy" },
	{ 52, "unavailable" }, { 53, "unwillingToPerform" }, { 65, "objectClassViolation" },
	{ 68, "entryAlreadyExists" }, { 80, "other" }, { 0, NULL } };

static const struct value_name scopes[] = { { 0, "baseObject" }, { 1, "singleLevel" }, { 2, "wholeSubtree" },
	{ 0, NULL } };

static const struct value_name choices[] = { { 0, "simple" }, { 3, "sasl" }, { 10, "ntlmsspNegotiate" },
	{ 11, "ntlmsspAuth" }, { 0, NULL } };

static const struct field ldap_fields[LDAP_NFIELDS] = {
	[LDAP_RESPONSE_TO] = { "ldap.response_to", "Response To", KIND_FRAME, .generated = true },
	[LDAP_TIME] = { "ldap.time", "Time", KIND_RELTIME, .generated = true },
	[LDAP_SASL_LENGTH] = { "ldap.sasl_buffer_length", "SASL Buffer Length", KIND_UINT, .octets = 4,
		.part = 1 },
};

static const struct field message_fields[MSG_NFIELDS] = {
	[MSG_ID] = { "ldap.messageID", "messageID", KIND_UINT, .octets = 4 },
	[MSG_OPERATION] = { "ldap.protocolOp", "protocolOp", KIND_UINT, .octets = 4, .names = operations },
	[MSG_RESULT] = { "ldap.resultCode", "resultCode", KIND_UINT, .octets = 4, .names = result_codes },
	[MSG_NAME] = { "ldap.name", "name", KIND_TEXT },
	[MSG_VERSION] = { "ldap.version", "version", KIND_UINT, .octets = 4 },
	[MSG_AUTHENTICATION] = { "ldap.authentication", "authentication", KIND_UINT, .octets = 4,
		.names = choices },
	[MSG_SIMPLE] = { "ldap.simple", "simple", KIND_TEXT },
	[MSG_MECHANISM] = { "ldap.mechanism", "mechanism", KIND_TEXT },
	[MSG_CREDENTIALS] = { "ldap.credentials", "credentials", KIND_BYTES },
	[MSG_MATCHED] = { "ldap.matchedDN", "matchedDN", KIND_TEXT },
	[MSG_ERROR] = { "ldap.errorMessage", "errorMessage", KIND_TEXT },
	[MSG_BASE] = { "ldap.baseObject", "baseObject", KIND_TEXT },
	[MSG_SCOPE] = { "ldap.scope", "scope", KIND_UINT, .octets = 4, .names = scopes },
	[MSG_DEREF] = { "ldap.derefAliases", "derefAliases", KIND_UINT, .octets = 4 },
	[MSG_SIZE_LIMIT] = { "ldap.sizeLimit", "sizeLimit", KIND_UINT, .octets = 4 },
	[MSG_TIME_LIMIT] = { "ldap.timeLimit", "timeLimit", KIND_UINT, .octets = 4 },
	[MSG_TYPES_ONLY] = { "ldap.typesOnly", "typesOnly", KIND_BOOL },
	[MSG_OBJECT_NAME] = { "ldap.objectName", "objectName", KIND_TEXT },
	[MSG_OBJECT] = { "ldap.object", "object", KIND_TEXT },
	[MSG_ENTRY] = { "ldap.entry", "entry", KIND_TEXT },
	[MSG_DELETE] = { "ldap.delRequest", "delRequest", KIND_TEXT },
	[MSG_REQUEST_NAME] = { "ldap.requestName", "requestName", KIND_TEXT },
	[MSG_RESPONSE_NAME] = { "ldap.responseName", "responseName", KIND_TEXT },
};

static const struct field attribute_fields[ATTR_NFIELDS] = {
	[ATTR_DESC] = { "ldap.attributeDesc", "attributeDesc", KIND_TEXT },
	[ATTR_VALUE] = { "ldap.assertionValue", "assertionValue", KIND_TEXT },
	[ATTR_PRESENT] = { "ldap.present", "present", KIND_TEXT },
	[ATTR_WANTED] = { "ldap.AttributeDescription", "AttributeDescription", KIND_TEXT },
	[ATTR_TYPE] = { "ldap.type", "type", KIND_TEXT },
};

static const struct field late_fields[LATE_NFIELDS] = {
	[LATE_RESPONSE_IN] = { "ldap.response_in", "Response In", KIND_FRAME, .generated = true },
};

const struct record ldap_records[REC_COUNT] = {
	[REC_LAYER] = { "ldap", RECORD_LAYER, LDAP_NFIELDS, ldap_fields,
		(const char *const[]) { "sasl", NULL } },
	[REC_MESSAGE] = { "ldap_message", RECORD_CHILD, MSG_NFIELDS, message_fields, NULL },
	[REC_ATTRIBUTE] = { "ldap_attribute", RECORD_CHILD, ATTR_NFIELDS, attribute_fields, NULL },
	[REC_LATE] = { "ldap_late", RECORD_LATE, LATE_NFIELDS, late_fields, NULL },
};
