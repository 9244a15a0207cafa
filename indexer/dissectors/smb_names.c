/* What stands between SMB transactions and those who read them: names without fields of their own. */
#include "indexer/packet.h"

extern const struct protocol proto_mailslot, proto_pipe, proto_lanman;

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

const struct protocol proto_lanman = {
	.name = "lanman",
	.title = "Microsoft Windows Lanman Remote API Protocol",
	.column = "LANMAN",
	.spec = "MS-RAP",
	.help = "Lists the shares and machines of a network, before DCE/RPC did.",
};
