/* One frame on its way through the dissectors: the layers found so far, the rows they fill, and what they say
 * shall be dissected next. A dissector sees a `struct packet`, a cursor over its octets and the rows it
 * opens; no files, no SQLite, no other dissector. */
#ifndef PCAPDEX_PACKET_H
#define PCAPDEX_PACKET_H

#include "indexer/cursor.h"
#include "indexer/dict.h"
#include "indexer/info.h"
#include "indexer/layout.h"
#include "indexer/rows.h"
#include "schema/kind.h"

struct packet;
struct protocol;
struct conversation;
struct conversations;
struct stream_message;
struct fragment;
struct reassembled;

/* ---- protocols ---------------------------------------------------------------------------------------- */

/* The tables in which the next dissector is looked up. Append freely; dissect.c has their names. */
enum claim_table {
	CLAIM_NONE = 0,
	CLAIM_LINKTYPE,  /* LINKTYPE_ value of the capture */
	CLAIM_ETHERTYPE, /* 16 bits; adds the token "ethertype" */
	CLAIM_IP_PROTO,  /* IANA protocol number, IPv4 and IPv6 */
	CLAIM_UDP_PORT,
	CLAIM_TCP_PORT,
	CLAIM_SCTP_PORT,
	CLAIM_SCTP_PPI, /* payload protocol identifier */
	CLAIM_LLC_DSAP,
	CLAIM_LLC_OUI_CISCO, /* SNAP protocol id under OUI 00:00:0c, 00:01:81(...): see llc.c */
	CLAIM_PPP,           /* PPP protocol number */
	CLAIM_CHDLC,         /* Cisco HDLC protocol that is no ethertype */
	CLAIM_FR_NLPID,      /* Frame Relay / NLPID (osinl) */
	CLAIM_GRE,           /* GRE protocol types that are no ethertypes */
	CLAIM_WTAP_ENCAP_HDR,
	CLAIM_ETHERTYPE_BARE, /* for pkt_next() only: the same claims as CLAIM_ETHERTYPE, without its token */
	CLAIM_PW_CHANNEL,     /* pseudowire associated channel types */
	CLAIM_SLL,            /* Linux's own protocol numbers below 1537 (linux/if_ether.h) */
	CLAIM_SNAP,           /* SNAP_KEY(organization, its protocol id) */
	CLAIM_NLPID,    /* network layer protocol id of ISO/IEC TR 9577 behind LLC's OSI SAP and the like */
	CLAIM_HEUR_UDP, /* tried in order of key where no port claims; the dissector may reject */
	CLAIM_HEUR_TCP,
	CLAIM_HEUR_STUN,  /* what TURN relays */
	CLAIM_MEDIA_TYPE, /* for pkt_next_media() only; claimed in `media_types` of struct protocol */
	CLAIM_HEUR_COTP,  /* what ISO transport carries */
	CLAIM_HEUR_HTTP,  /* bodies of HTTP that no media type's claimant took */
	CLAIM_TABLES
};

/* Organizations whose SNAP protocol ids have claimants of their own (the OUI itself would not fit into the
 * key). */
enum snap_organization {
	SNAP_ENCAPSULATED = 1, /* 00:00:00: the id is an Ethertype */
	SNAP_CISCO,            /* 00:00:0c */
	SNAP_BRIDGED,          /* 00:80:c2: a frame of another network, IEEE 802.1H */
	SNAP_APPLE_ATALK,      /* 08:00:07 */
	SNAP_APPLE_AWDL,       /* 00:17:f2 */
	SNAP_BLUETOOTH,        /* 00:19:58 */
	SNAP_IANA,             /* 00:00:5e */
	SNAP_NORTEL,           /* 00:00:81 */
	SNAP_EXTREME,          /* 00:e0:2b */
	SNAP_FORCE10,          /* 00:01:e8 */
	SNAP_AIRONET,          /* 00:40:96 */
	SNAP_WFA               /* 50:6f:9a */
};
#define SNAP_KEY(organization, id) ((uint32_t)(organization) << 16 | (id))

struct claim {
	enum claim_table table; /* CLAIM_NONE ends a list */
	uint32_t key;
};

enum verdict {
	MINE = 0,    /* dissected, as far as the octets went */
	NOT_MINE = 1 /* rejected: rows and token are taken back, the next candidate is tried */
};

/* A request and its response in one conversation, matched by a key (DNS id, ICMP ident and seq). The
 * dissector calls pkt_exchange(); track/ finds the partner; dissect.c fills the fields named here
 * (EXCHANGE_NO_FIELD: protocol has none). */
#define EXCHANGE_NO_FIELD UINT16_MAX
struct exchange_fields {
	uint16_t response_to;     /* KIND_FRAME, in the row of the first response */
	uint16_t time;            /* KIND_RELTIME (or KIND_DOUBLE milliseconds), likewise */
	uint16_t unsolicited;     /* KIND_BOOL/KIND_NONE: a response without a request */
	uint16_t repeat_request;  /* KIND_FRAME: the request that this one repeats */
	uint16_t repeat_response; /* KIND_FRAME: the response that this one repeats */
	uint16_t late_record;     /* index of the RECORD_LATE record that has response_in */
	uint16_t response_in;     /* KIND_FRAME, field of that record, keyed by the request's frame */
	int64_t repeat_ns; /* a request that comes again sooner than this, still without a response, is a
			    * repetition; 0: each request begins a new exchange (ICMP) */
	bool informs;      /* a response says in the Info column which frame it answers */
	bool by_ports;     /* the conversation has ports; else the pair of addresses alone tells it */
};

/* How the messages of a protocol stand in a stream of octets (TCP). With it the loop takes one message after
 * the other out of the stream, puts together those that stand in several segments (track/stream.h), and calls
 * `dissect` for each with a cursor over exactly that message; a message that is malformed does not keep the
 * next ones from being dissected. */
struct pdu {
	uint32_t min; /* octets that must be there before `length` can be asked */
	/* The length of the message that begins at c->data (pos 0), `min` octets of which are there, its own
	 * header included; 0: it takes at least one segment more to tell. Less than `min` is malformed. */
	uint32_t (*length)(struct packet *, const struct cursor *c);
	/* NULL: the protocol's own dissect. Its verdict is not looked at. */
	enum verdict (*dissect)(struct packet *, struct cursor *);
	/* May these octets, the first that are handed over, be this protocol's? NULL: always. Must not set
	 * anything. Where too few octets are there to tell, it says what Wireshark's dissector does. */
	bool (*test)(struct packet *, const struct cursor *);
	bool unmeasured; /* Wireshark's dissector takes its messages from the stream by itself: no
			    tcp.pdu.size */
};

struct protocol {
	const char *name;    /* filter name and token of frame.protocols: "tcp" */
	const char *title;   /* "Transmission Control Protocol" */
	const char *column;  /* text of the Protocol column; NULL: leaves the column alone (data) */
	const char *info;    /* what the Info column says of each of its messages; NULL: `dissect` says it */
	const char *spec;    /* "RFC 9293" */
	const char *help;    /* one sentence on what it is for */
	const char *heading; /* the layer's line in the tree, a template of layout.h; NULL: the title */
	/* What the tree says of the layer, out of its octets: the heading, then lines 1 and more below it. */
	void (*lines)(const struct layout_octets *octets, layout_add *add, void *to);
	const struct layout_line *layout; /* what stands below it, ended by { 0 }; NULL: the general rule */
	uint16_t id; /* PROTO_ID_x of the generated dissectors/ids.h; 0 for a bare name without records */
	uint16_t nrecords;
	const struct record *records; /* [0] is the protocol's own layer record */
	const struct claim *claims;
	const char *const *media_types; /* "image/png", ...: bodies that it takes; NULL ends the list */
	enum verdict (*dissect)(struct packet *, struct cursor *);
	/* Asked before `dissect` where the protocol is tried for a heuristic claim of its own: may these
	 * octets be its? NULL: `dissect` judges. */
	bool (*heuristic)(struct packet *, const struct cursor *c);
	const struct pdu *pdu; /* over a stream; NULL: `dissect` is called with what is there */
	const struct exchange_fields *exchange;
	/* This fragment that the protocol met completes a datagram. */
	void (*reassembled)(struct packet *, const struct fragment *, const struct reassembled *whole);
	uint32_t flow_size; /* octets of zeroed state per conversation, see pkt_flow() */
	int32_t item_len;   /* what pkt_item_len() starts with: 0 the whole buffer, else octets (udp 8) */
	uint8_t item_min; /* octets that must be captured before there is an item (eth 14); 0 is taken as 1 */
	bool no_token;    /* has an item, but no name in the stack (services of IPX) */
	const struct protocol *as; /* a second way to dissect this protocol: that is what shows in the stack
				    * (one name, one protocol); NULL itself */
	bool inside; /* its lines stand below those of the layer that it came in, whatever that handed on */
	bool tells; /* its lines show what stands in its messages in other protocols' tables (certificates) */
	bool no_item; /* gives a token but no item in the tree ("ethertype"): not in the hierarchy */
};

/* ---- the packet ------------------------------------------------------------------------------------------
 */

#define PACKET_TOKENS_MAX                                                                                    \
	1024                    /* of frame.protocols: certificates add one for each attribute and extension \
				 */
#define PACKET_LAYERS_MAX    96 /* nested layers; more end as data, and are counted */
#define PACKET_ITEMS_MAX     (PACKET_LAYERS_MAX * 2)
#define PACKET_EXCHANGES_MAX 32 /* requests and responses in one layer (DNS messages in a TCP segment) */
#define PACKET_NEXT_MAX      64 /* payloads waiting to be dissected */

/* A layer that was accepted. */
struct layer {
	const struct protocol *proto;
	struct row *row;     /* its own record's row, or NULL */
	const uint8_t *data; /* where its octets begin */
	uint32_t len;        /* reported length of the buffer it was given */
	uint32_t cap;        /* captured of that */
	uint32_t trim;       /* its own idea of its length (IP total length): pkt_trim(); starts as len */
	int16_t parent;      /* index of the layer that handed it on, -1 the link layer */
	bool again;          /* a further message: pkt_again(), it added no token */
	int16_t item;        /* index of its item in `items`, -1 none */
	bool nests;          /* what it hands on hangs below its item, see pkt_nest() */
	bool hangs;          /* it hangs right below the item of `parent`; else where that one hangs */
	bool nested;         /* it hangs below the item of another: none of its own */
	void (*finish)(struct packet *, struct layer *, const struct layer *child); /* pkt_on_finish() */
	uint32_t mark;     /* for finish: offset where the payload began */
	const char *media; /* the Content-Type that it was handed on by, see pkt_next_media(); NULL none */
	uint32_t media_len;
};

enum next_kind {
	NEXT_PAYLOAD, /* what a layer handed on */
	NEXT_MESSAGE, /* a further message of the same dissector: no token of its own */
	NEXT_SEGMENT, /* the rest of a TCP segment, from octet `key` of its payload on */
	NEXT_CONCLUDE /* the dissector of a segment and all below it are done */
};

/* What is to be dissected next. */
struct next {
	enum next_kind kind;
	bool stream;   /* stands in a stream of octets: struct pdu counts */
	bool behind;   /* a connection behind a proxy: what the conversation itself speaks does not count */
	bool survives; /* a malformed message before it does not take it away */
	bool nested;   /* it hangs below the item of the layer that handed it on */
	uint8_t may_want; /* see pkt_may_want() */
	enum claim_table table;
	uint32_t key, key2;            /* key2: the second port */
	const struct protocol *direct; /* table CLAIM_NONE: this one */
	const char *media;             /* CLAIM_MEDIA_TYPE: see pkt_next_media() */
	uint32_t media_len;
	enum claim_table heuristics;
	struct row *told; /* NULL: nobody; see pkt_media_refused() */
	uint16_t told_field;
	struct cursor cursor;
	int16_t parent;
};

/* A top-level item of the tree, for the hierarchy. */
struct item {
	const struct protocol *proto;
	uint32_t len; /* octets that Wireshark's Protocol Hierarchy counts for it */
};

/* What tcp.c found in a header, for track/; what track/ answers is struct tcp_facts. */
struct tcp_segment {
	bool set; /* the first 16 octets were there: the segment belongs to a stream */
	struct row *row;
	uint16_t srcport, dstport;
	uint32_t seq, ack, len; /* len: payload by the IP length */
	uint16_t flags, window;
	uint8_t hdr_len; /* octets by the data offset; below 20 the header was not read further */
	bool len_known;  /* false inside an ICMP error, a fragment, or when the header is longer than the
			  * segment:  no sequence analysis */
	bool timed;      /* read up to the urgent pointer: the stream's times are shown */
	bool whole; /* the header was read to the end of its options: analysis is shown, the frame counted */
	bool tfo_cookie; /* RFC 7413: an option with a cookie */
	int16_t wscale;  /* shift of a window scale option, -1 none */
	uint16_t mss;    /* 0 none */
	bool sack_perm;
	bool has_ts;
	uint32_t tsval, tsecr;
	uint8_t nodd; /* options that are wrong */
	struct {
		uint8_t problem, kind, len; /* enum tcp_option_problem (tcp_option.h) */
	} odd[8];
	bool malformed;  /* the header leads beyond the segment; dissect.c sets it */
	uint16_t urgent; /* urgent pointer; 0 where it was not read */
	uint32_t notes;  /* tcp.c's own marks: those of the header, after tcp_tracked() all of them */
	bool has_sack;
	uint8_t nsack;
	bool sack_odd;                   /* sack_le has one edge more, without its partner */
	uint32_t sack_le[5], sack_re[5]; /* raw */
	int64_t last_ns;                 /* of the conversation before this frame, and its frame */
	uint32_t last_frame;
	struct cursor payload;
};

struct udp_datagram {
	bool set;
	struct row *row;
	uint16_t srcport, dstport;
	bool has_payload; /* by the header's account: the stream's times are shown */
	struct cursor payload;
};

/* A fragment that IP, IPv6 or 6LoWPAN met, all its octets captured: to be put together with the others. */
struct fragment {
	bool set;
	const struct protocol *proto; /* who: its reassembled() takes the outcome */
	struct row *row;              /* NULL: the layer has none */
	uint32_t key;                 /* tells datagrams of one pair of addresses apart */
	uint8_t next_proto;           /* IP protocol of the whole */
	uint32_t offset;              /* octets */
	bool more;
	struct cursor data;
};

/* What a radio header (radiotap, AVS, Prism, PPI) said of the 802.11 frame behind it. */
struct radio {
	bool set;     /* there was one: the rest holds */
	bool fcs;     /* the frame ends with its check sequence */
	bool datapad; /* the frame's header is filled up to a multiple of 4 octets */
	bool swapped; /* the octets of its frame control are (CAPWAP), whether or not `set` */
	uint8_t has;  /* enum radio_has */
	uint8_t phy;  /* 0 unknown, else the number of wlan_radio.phy */
	int8_t signal_dbm, noise_dbm;
	uint8_t signal_db, noise_db;
	uint16_t frequency; /* MHz; 0 unknown */
	uint16_t channel;   /* 0 unknown */
	uint32_t rate;      /* 100 kbit/s; 0 unknown */
	uint64_t tsf;       /* the receiver's timer, microseconds */
};

enum radio_has {
	RADIO_SIGNAL_DBM = 1,
	RADIO_NOISE_DBM = 2,
	RADIO_SIGNAL_DB = 4,
	RADIO_NOISE_DB = 8,
	RADIO_TSF = 16
};

/* What an ARP packet says about who has which address. */
struct arp_binding {
	uint32_t ip;
	uint8_t mac[6];
	bool unless_clash; /* not to be told when the one before it clashed already */
};

struct arp_bindings {
	uint8_t n;
	struct row *row;
	struct arp_binding bindings[2]; /* sender, target */
};

struct exchange {
	const struct protocol *proto;
	struct row *row;
	uint64_t key;
	bool response;
	int16_t layer; /* index of the layer that asks */
};

/* A TCP segment on its way through its messages (segment.c). */
#define PACKET_RUNS_MAX 4
struct segment_run {
	struct conversation *conversation;
	unsigned side;
	uint32_t flags;     /* enum tcp_flag of the segment */
	uint32_t seq, end;  /* raw, of the octets not yet looked at */
	uint32_t start;     /* raw, of the segment's first octet */
	struct cursor rest; /* these octets */
	uint16_t srcport, dstport;
	int16_t layer;      /* index of the TCP layer */
	uint16_t tcp_layer; /* which occurrence of TCP in the frame */
	/* the dissector that was called last, and what there was before it */
	struct stream_message *message; /* it got this one; NULL: the segment's own octets */
	const uint8_t *data;
	uint32_t len, brought; /* octets it got; those of them that this segment brought to the message */
	bool dissected;        /* something in this segment was */
	uint32_t follows;      /* octets of `rest` up to the next message; 0 none */
	uint16_t ntokens, nitems, nlayers;
	const char *column;
	size_t nrows;
};

struct packet {
	/* the frame */
	const uint8_t *data;
	uint32_t cap_len, len;
	uint32_t claimed; /* octets by the record, not held below INT32_MAX: for the hierarchy */
	int64_t time_ns;
	int64_t frame_id; /* over the archive, provisional: see store */
	uint32_t number;  /* in the capture, 1 = first */
	uint16_t link_type;
	uint32_t interface;
	uint8_t pseudo_len; /* octets in front of data[0] that are a pseudo-header of the link type and may be
			     * looked at: which way it went, what it is (Bluetooth) */
	uint8_t fcs_len;    /* octets of frame check sequence that the capture says frames have */

	/* the state of dissection */
	uint8_t fail;    /* enum cur_fail */
	bool in_error;   /* inside the packet quoted by an ICMP error: no analysis, no statistics, no items */
	bool fragmented; /* the octets are an incomplete fragment */
	uint8_t ttl;     /* time to live, or hop limit, of the innermost IP header */
	uint8_t ip_version;   /* of the innermost IP header, 0 none */
	uint16_t vlan_id;     /* of the innermost VLAN tag, 0 none */
	uint32_t net_missing; /* octets that the innermost IPv6 header claims and the packet does not have */
	int16_t current;      /* index of the layer being dissected */
	uint16_t nlayers, ntokens, nitems, nnext;
	struct layer layers[PACKET_LAYERS_MAX];
	const struct protocol *tokens[PACKET_TOKENS_MAX];
	struct item items[PACKET_ITEMS_MAX];
	struct late_items {
		const bool *comes;
		uint16_t first, n; /* which of `items`; n 0: none */
	} late;                    /* pkt_late_item() */
	struct next next[PACKET_NEXT_MAX];
	const char *column; /* text of the Protocol column */

	/* addresses: ids of dict; 0 none. net_* are those of the innermost IP, else 0 */
	uint32_t link_src, link_dst, net_src, net_dst, src, dst;
	uint32_t header_dst; /* of the innermost IPv6 header; net_dst is then where a routing header leads */
	uint8_t net_kind;    /* enum kind of net_src */
	uint16_t srcport, dstport;
	struct conversation *capture; /* state of protocols for the whole capture, see pkt_capture_flow() */
	struct conversation *conversation; /* the stream of the innermost TCP or UDP header, NULL none */
	bool from_a;                       /* this frame's direction in it, see pkt_side() */
	struct conversations *conversations;

	/* Messages in a stream of octets. */
	const char *media; /* for the dissector that is called now, see pkt_next_media(); NULL none */
	uint32_t media_len;
	uint8_t may_want; /* for the dissector that is called now, see pkt_may_want() */
	bool stream;      /* likewise: it stands in a stream */
	struct want {
		const uint8_t *from; /* NULL: nothing is wanted */
		uint32_t more;
	} want;
	unsigned nruns; /* segments being dissected, one inside the other */
	struct segment_run runs[PACKET_RUNS_MAX];

	/* asked of the loop */
	struct tcp_segment tcp;
	struct row *restarted; /* the segment that pkt_restart() made the first of pkt->conversation */
	struct udp_datagram udp;
	struct fragment fragment;
	uint16_t nexchanges;
	struct exchange exchanges[PACKET_EXCHANGES_MAX];
	struct arp_bindings arp;

	struct radio radio; /* for the 802.11 frame, from the header before it */

	/* address pairs to be counted, see pkt_count() */
	uint8_t ncounts;
	struct {
		uint8_t type; /* enum conversation_type */
		uint32_t src, dst;
	} counts[8];

	/* where the results go */
	struct rows *rows;
	struct dict *dict;
	struct info *info;       /* not NULL when the Info column is asked for: see info.h */
	struct tree *tree;       /* not NULL when `show` wants offsets: see rows.h */
	struct scratch *scratch; /* see pkt_scratch() */
	size_t scratch_used;
	/* The indexer sets it, where a message's octets stand in the capture file and need not be kept
	 * twice: see dissection_refer(). Writes pieces (schema/kind.h) and gives their length; 0: must be
	 * kept. */
	size_t (*refer)(const struct packet *pkt, const uint8_t *octets, uint32_t n, char *out, size_t size);
	uint64_t offset;        /* of data in the capture file; 0 where `refer` is NULL */
	uint32_t kept;          /* octets that are kept over all, see pkt_keep() */
	struct kept *forgotten; /* by pkt_forget(); rows of this frame may point into them */
	size_t gathering;       /* octets that pkt_gather() holds, in all conversations */
	uint64_t *dropped;      /* counts of caps that were hit, enum packet_cap */
};

enum packet_cap {
	CAP_LAYERS,
	CAP_CHILDREN,
	CAP_NEXT,
	CAP_FRAGMENTS,
	CAP_STREAM_BYTES,
	CAP_SEGMENTS,
	CAP_EXCHANGES,
	CAP_BINDINGS,
	CAP_SCRATCH,
	CAP_GATHERED,
	CAP_EXPECTED,
	CAP_COUNT
};

/* Open the row of record `k` of the protocol (0: its own layer record). Never NULL. Rows come out in the
 * order in which they were opened. */
struct row *row_open(struct packet *pkt, const struct protocol *proto, unsigned k);

/* Open a row of a RECORD_LATE record for an earlier frame of the same capture, and that frame's layer (1 =
 * first). */
struct row *row_open_late(
	struct packet *pkt, const struct protocol *proto, unsigned k, uint32_t number, uint16_t layer);

/* Hand on a payload: to whoever claims `key` in `table` (else to data), to the lower or the higher of two
 * ports, or straight to a protocol. Several payloads are dissected in the order they are handed on, each with
 * all that is inside it before the next. An empty payload is dropped, but for the claimant of an Ethertype
 * and the like. */
void pkt_next(struct packet *pkt, enum claim_table table, uint32_t key, struct cursor payload);
void pkt_next_proto(struct packet *pkt, const struct protocol *proto, struct cursor payload);

/* The same, also when the payload is empty: the protocol then finds its header missing. */
void pkt_next_always(struct packet *pkt, const struct protocol *proto, struct cursor payload);

/* Hand on what an IPv6 next header names, even when nothing stands behind it: who claims it then finds it too
 * short. */
void pkt_next_header(struct packet *pkt, uint32_t ip_proto, struct cursor payload);

/* Hand on a body by its media type (RFC 6838): `value`, `len` octets that stay until the frame is done, is
 * the whole value of a Content-Type header, parameters and all; who is called finds it in pkt->media. Who
 * claims the type is asked first (of a multipart type that nobody claims, the claimant of "multipart/"), then
 * the heuristics of that table (CLAIM_NONE: none), then `otherwise` (NULL: nobody takes it). len 0: the type
 * is not known. */
void pkt_next_media(struct packet *pkt, struct cursor payload, const char *value, size_t len,
	enum claim_table heuristics, const struct protocol *otherwise);
/* Where the dissector of that media type does not take what was just handed on, this field becomes 1. */
void pkt_media_refused(struct packet *pkt, struct row *row, unsigned field);

/* What was handed on last hangs below this layer's item: neither it nor what is inside it has an item of its
 * own. (So does proto_data as the `otherwise` of pkt_next_media().) */
void pkt_below(struct packet *pkt);

/* This layer's own length, when less than its buffer (the rest is the padding of the layer below). */
void pkt_trim(struct packet *pkt, uint32_t len);

/* Octets that the Protocol Hierarchy counts for this layer; without it: the whole buffer it was given. */
void pkt_item_len(struct packet *pkt, uint32_t len);

/* What this layer hands on from now on hangs below its item, and has no items of its own: the data of a ping,
 * the frames of an aggregate. Only the payload of a UDP or TCP in there stands at the top again. */
void pkt_nest(struct packet *pkt, bool below);

/* Call back when the frame is dissected: for what stands behind the payload (Ethernet padding). `child` is
 * the layer that got the payload, or NULL. `mark` comes back as layer->mark. */
void pkt_on_finish(struct packet *pkt, uint32_t mark,
	void (*finish)(struct packet *, struct layer *, const struct layer *child));

/* A further token of frame.protocols (igmp shows twice). */
void pkt_token(struct packet *pkt, const struct protocol *proto);

/* A further top-level item of the hierarchy; of a field that stands there, `proto` has the name. */
void pkt_item(struct packet *pkt, const struct protocol *proto, uint32_t len);

/* The same for an item that is there only if *comes is true when the capture has ended: what follows in
 * another connection (FTP). Until then it is taken for granted. `comes` is in the state of a conversation,
 * which stays. One run of such items a frame, the first; all of it goes by its first `comes`. */
void pkt_late_item(struct packet *pkt, const struct protocol *proto, const bool *comes);

/* This layer takes its octets, but shows nothing of them: it has no item, */
void pkt_no_item(struct packet *pkt);
/* and no token either (Wireshark takes back the token of a dissector that adds nothing to the tree). */
void pkt_silent(struct packet *pkt);
/* Where the token before this layer's is the same, they are one: the dissector puts messages together itself,
 * and Wireshark calls it once a segment, also where one message ends and another begins. */
void pkt_one_token(struct packet *pkt);

/* Append to the text of the Protocol column: "HTTP" and "/XML". */
void pkt_column_append(struct packet *pkt, const char *text);

/* The Protocol column of what nobody claims: the number, "0x88b5". */
void pkt_column_number(struct packet *pkt, uint32_t number);

/* Ask for the partner of a request or response in the current conversation: as soon as the key is read, since
 * a message that turns out malformed further on is matched all the same (but does not show it). */
void pkt_exchange(
	struct packet *pkt, const struct protocol *proto, struct row *row, uint64_t key, bool response);

/* Conversations that are counted (columns and order of the archive's conversation types: append). */
enum conversation_type { CONV_NONE, CONV_ETH, CONV_IP, CONV_IPV6, CONV_TCP, CONV_UDP, CONV_SCTP, CONV_TYPES };

/* Count the frame for this pair of addresses (dictionary ids). Not inside an ICMP error. */
void pkt_count(struct packet *pkt, enum conversation_type type, uint32_t src, uint32_t dst);

/* State of `flow_size` octets, zeroed at first, kept for this protocol in the TCP or UDP conversation of the
 * frame as long as the capture is read (that of the datagram that an ICMP error quotes, too); NULL where
 * there is no conversation or no memory. It holds no pointers to memory of its own: bound what it keeps. */
void *pkt_flow(struct packet *pkt, const struct protocol *proto);

/* Octets kept for this protocol in the conversation, under a key of its choice, until it forgets them: for a
 * message that stands in several records or datagrams. pkt_keep() makes room for `len` octets: those that
 * were there stay, the rest is zero; NULL when there is no conversation or the bounds KEPT_MAX and
 * KEPT_TOTAL_MAX are hit, which is counted (CAP_STREAM_BYTES); what was kept under the key is then forgotten.
 * What was forgotten stays in memory until the next frame. */
#define KEPT_MAX       (UINT32_C(256) << 10) /* octets under one key */
#define KEPT_TOTAL_MAX (UINT32_C(64) << 20)  /* of all */
uint8_t *pkt_kept(struct packet *pkt, const struct protocol *proto, uint32_t key, uint32_t *len);
uint8_t *pkt_keep(struct packet *pkt, const struct protocol *proto, uint32_t key, uint32_t len);
void pkt_forget(struct packet *pkt, const struct protocol *proto, uint32_t key);
/* The same for the whole capture, known by `key` (which has a flow_size): tables in which several
 * conversations meet. */
void *pkt_capture_flow(struct packet *pkt, const struct protocol *key);

/* The same where there are no addresses: state of what two numbers of the protocol's own name, a device and
 * its bus. */
void *pkt_state(struct packet *pkt, const struct protocol *proto, uint32_t a, uint32_t b);

/* Which side sent the frame: 0 the one that sent the conversation's first, 1 the other. */
static inline unsigned pkt_side(const struct packet *pkt)
{
	return !pkt->from_a;
}

/* From now on this conversation speaks `proto`: it is asked before ports and heuristics (NULL: nobody is). */
void pkt_speak(struct packet *pkt, const struct protocol *proto);
/* A conversation that is opened before its first packet comes: by whoever learns from one conversation of the
 * ends of another (FTP, SDP, H.245, the portmapper), or whose answers come from another port (TFTP, SNMP).
 * From the frame `since` on, packets between these ends that have no conversation of their own belong to it
 * and are dissected as `proto` (NULL: as what ports and heuristics say). Over UDP all that match are one
 * stream, whose number is then udp.stream; over TCP the first connection that matches takes it. */
struct expected {
	enum conversation_type type; /* CONV_UDP or CONV_TCP */
	uint32_t address;            /* dictionary id, one of pkt->net_src, net_dst, pkt_address() */
	uint32_t other;              /* 0: any */
	uint16_t port, other_port;   /* other_port 0: any */
	uint32_t since;              /* frame; 0: this one */
	/* Where a conversation of these ends is open already, it stays if it speaks `proto`, else there is a
	 * new one; or */
	bool again; /* there is a new one in any case, unless since the same frame, */
	bool use;   /* or it stays in any case, and speaks `proto` from now on */
};

/* Wireshark's conversation_new() and conversation_set_dissector(). With both ends given, over UDP, it takes
 * the place of the conversation that they have, from this frame on (SNMP). Gives the new conversation's state
 * of `proto`, as pkt_flow() does in its frames; NULL where it has none. Not inside an ICMP error. */
void *pkt_expect(struct packet *pkt, const struct protocol *proto, const struct expected *e);

/* Wireshark's conversation_new() inside a TCP connection: from this frame on the pair of ends is another
 * stream, of which nothing is known yet. */
void pkt_restart(struct packet *pkt);

/* The state of `proto` in the conversation that was opened ahead, any other end, for the receiver of this
 * datagram, else for its sender: for what the one that announced it said about it (RTP). NULL: there is none.
 */
void *pkt_announced(struct packet *pkt, const struct protocol *proto);

/* Is this layer's conversation known to speak `proto`, as announced or found before? Else a port or a
 * heuristic led to it. */
bool pkt_spoken(const struct packet *pkt, const struct protocol *proto);

/* The dictionary id of an address that stands in a payload: KIND_IPV4 or KIND_IPV6 and its octets. */
uint32_t pkt_address(struct packet *pkt, enum kind kind, const uint8_t *octets);

/* What the Source and Destination columns show where a network has addresses of its own: text, "" for none,
 * NULL to leave what is there. Conversations and endpoints have nothing of it. */
void pkt_show_addresses(struct packet *pkt, const char *src, const char *dst);

/* A link without addresses: "N/A", unless a layer below or inside has some. */
void pkt_no_addresses(struct packet *pkt);

/* ---- messages in a stream of octets -----------------------------------------------------------------------
 *
 * The payload of a TCP segment goes to its dissector as it is. A dissector whose message is not all there
 * says so with pkt_want() and returns MINE; it is called again with the whole of the message, in the frame
 * that completes it, and what it did for octets from `at` 0 on (rows, tokens) is taken back until then. Most
 * need no more than struct pdu, which does that for them. */

#define WANT_SEGMENT UINT32_MAX       /* at least one octet more: whatever the next segment brings */
#define WANT_FIN     (UINT32_MAX - 1) /* all until the sender closes */

/* May octets be asked for? Not over UDP, not where the segment was cut in capture. Then what is there must
 * do. */
static inline bool pkt_may_want(const struct packet *pkt)
{
	return pkt->may_want != 0;
}

/* Are these octets a message that was put together from several segments? */
static inline bool pkt_is_reassembled(const struct packet *pkt)
{
	return pkt->nruns && pkt->runs[pkt->nruns - 1].message != NULL;
}

/* The message that begins at octet `at` of the layer's octets (c->data + at) takes `more` octets beyond all
 * that are there, or WANT_SEGMENT, WANT_FIN. */
void pkt_want(struct packet *pkt, uint32_t at, uint32_t more);

/* After all that was handed on: call this layer's dissector again with `rest`, for the next message in it. It
 * is a layer and an item of its own, but adds no token. An empty rest is dropped. A malformed message before
 * it does not keep it from being called, as far as the rest was captured. */
void pkt_again(struct packet *pkt, struct cursor rest);

/* The same octets as a protocol over TCP would get them, for protocols that change what a stream speaks
 * (CONNECT, upgrades, STARTTLS): handed on with the right to want. */
void pkt_next_stream(struct packet *pkt, const struct protocol *proto, struct cursor payload);
/* The same to whoever claims a TCP port: what a dissector that knows the port of a proxied server hands on.
 */
void pkt_next_ports(struct packet *pkt, uint16_t port, uint16_t other_port, struct cursor payload);

/* ---- octets that are not in the frame ---------------------------------------------------------------------
 */

/* Room for n octets that a dissector makes (decoded, put together), until the frame is done; cursors may run
 * over it. NULL, and counted in dropped[CAP_SCRATCH], beyond SCRATCH_MAX in one frame. */
#define SCRATCH_MAX (UINT32_C(64) << 20)
uint8_t *pkt_scratch(struct packet *pkt, size_t n);

/* Make the newest such room larger or smaller; it may move. NULL leaves it as it was. */
uint8_t *pkt_scratch_resize(struct packet *pkt, uint8_t *at, size_t n);

/* All of it is given back, and what was forgotten (dissect.c). */
void pkt_scratch_free(struct packet *pkt);

/* A cursor over octets of pkt_scratch(). */
static inline struct cursor pkt_cursor(struct packet *pkt, const uint8_t *at, size_t n)
{
	return (struct cursor) { at, 0, (uint32_t)n, (uint32_t)n, &pkt->fail };
}

/* What one side of the conversation sends in many messages of its own (a mail behind DATA): put the captured
 * octets of `part` behind those that the protocol gathered there before. False where there is no
 * conversation, or no room: beyond GATHER_MAX for one, GATHER_TOTAL_MAX for all; counted in
 * dropped[CAP_GATHERED]. */
#define GATHER_MAX       (UINT32_C(32) << 20)
#define GATHER_TOTAL_MAX (UINT64_C(256) << 20)
bool pkt_gather(struct packet *pkt, const struct protocol *proto, struct cursor part);

/* All that was gathered, good until the frame is done; the next pkt_gather() begins anew. Empty: nothing. */
struct cursor pkt_gathered(struct packet *pkt, const struct protocol *proto);

/* The layer being dissected. */
static inline struct layer *pkt_layer(struct packet *pkt)
{
	return &pkt->layers[pkt->current];
}

#endif
