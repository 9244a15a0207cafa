/* What stands between SMB transactions and those who read them: names without fields of their own. */
#include "indexer/packet.h"

extern const struct protocol proto_mailslot, proto_pipe;

const struct protocol proto_mailslot = {
	.name = "mailslot",
	.title = "SMB MailSlot Protocol",
	.column = "SMB Mailslot",
	.spec = "MS-MAIL",
	.help = "Sends datagrams to named slots.",
};

const struct protocol proto_pipe = {
	.name = "smb_pipe",
	.title = "SMB Pipe Protocol",
	.column = "SMB Pipe",
	.spec = "MS-CIFS",
	.help = "Transactions over named pipes.",
};
