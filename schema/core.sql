-- The part of an archive that does not depend on protocols. Tables t_* are storage and may change with the schema
-- version; everything else is for users. Times are nanoseconds since 1970-01-01 00:00:00 UTC in storage, seconds in
-- views.

-- One row a capture. Its frames have the ids first_frame ... first_frame + frames - 1.
CREATE TABLE capture (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,            -- file name without folders
  path TEXT NOT NULL,            -- as given, made absolute
  sha256 TEXT NOT NULL,          -- of the decompressed file
  bpf TEXT NOT NULL,             -- --bpf expression, '' none
  container TEXT NOT NULL,       -- pcap, nsecpcap, pcapng, ...
  compression TEXT NOT NULL,     -- '', gzip, zstd, lz4
  file_size INTEGER NOT NULL,    -- octets, decompressed
  first_frame INTEGER NOT NULL,
  frames INTEGER NOT NULL,
  bytes INTEGER NOT NULL,        -- sum of frame.len
  captured_bytes INTEGER NOT NULL,
  time_zero INTEGER NOT NULL,    -- of the first frame: frame.time_relative counts from here
  time_first INTEGER NOT NULL,   -- earliest
  time_last INTEGER NOT NULL,    -- latest
  strict_order INTEGER NOT NULL, -- 1: no time stamp steps back
  encapsulation TEXT NOT NULL,   -- Wireshark's name, 'Per packet' for several
  damage_offset INTEGER,         -- where reading ended early, NULL: read whole
  damage TEXT,                   -- and why
  caps_hit TEXT,                 -- limits of the indexer that were reached, with counts; NULL none
  indexed_at INTEGER NOT NULL,   -- seconds since 1970
  indexed_by TEXT NOT NULL,      -- version of pcapdex
  UNIQUE (sha256, bpf)
);
CREATE UNIQUE INDEX capture_first_frame ON capture (first_frame, id);

CREATE TABLE capture_tag (
  capture_id INTEGER NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL, -- always text: student numbers keep their zeros
  PRIMARY KEY (capture_id, key)
) WITHOUT ROWID;

-- The file that a capture came from: as long as size and time agree it is not read again.
CREATE TABLE t_source (
  path TEXT NOT NULL,
  bpf TEXT NOT NULL,
  size INTEGER NOT NULL,  -- on disk
  mtime INTEGER NOT NULL, -- nanoseconds
  capture_id INTEGER NOT NULL,
  PRIMARY KEY (path, bpf)
) WITHOUT ROWID;

-- Other files with the octets of a capture that was there already, and the tags that they would have had.
CREATE TABLE capture_copy (
  capture_id INTEGER NOT NULL,
  path TEXT NOT NULL,
  tags TEXT NOT NULL, -- a JSON object
  PRIMARY KEY (capture_id, path)
) WITHOUT ROWID;

-- pcapng section header blocks; a pcap file counts as one section.
CREATE TABLE section (
  capture_id INTEGER NOT NULL,
  number INTEGER NOT NULL, -- 0 = first
  offset INTEGER NOT NULL,
  big_endian INTEGER NOT NULL,
  version TEXT NOT NULL,
  hardware TEXT, os TEXT, application TEXT, comment TEXT,
  PRIMARY KEY (capture_id, number)
) WITHOUT ROWID;

CREATE TABLE interface (
  capture_id INTEGER NOT NULL,
  number INTEGER NOT NULL,       -- over the file
  section INTEGER NOT NULL,
  interface_id INTEGER,          -- frame.interface_id; NULL in a pcap file
  shown_name TEXT,               -- frame.interface_name
  name TEXT, description TEXT, filter TEXT, os TEXT, hardware TEXT, mac TEXT,
  link_type INTEGER NOT NULL,    -- LINKTYPE_ value
  encap_type INTEGER NOT NULL,   -- frame.encap_type
  encapsulation TEXT NOT NULL,
  snaplen INTEGER NOT NULL,      -- 0 none
  tick TEXT NOT NULL,            -- resolution of time stamps: '10^-6 s', '2^-10 s'
  offset_seconds INTEGER NOT NULL,
  speed INTEGER,                 -- bit/s
  fcs_len INTEGER,               -- octets of frame check sequence
  comment TEXT,
  frames INTEGER NOT NULL,
  PRIMARY KEY (capture_id, number)
) WITHOUT ROWID;

CREATE TABLE interface_statistics (
  capture_id INTEGER NOT NULL,
  n INTEGER NOT NULL,
  interface INTEGER NOT NULL,
  time INTEGER, start INTEGER, end INTEGER, -- nanoseconds
  received INTEGER, dropped INTEGER, filter_accepted INTEGER, os_dropped INTEGER, delivered INTEGER,
  PRIMARY KEY (capture_id, n)
) WITHOUT ROWID;

-- pcapng name resolution blocks.
CREATE TABLE name_record (
  capture_id INTEGER NOT NULL,
  n INTEGER NOT NULL,
  address TEXT NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (capture_id, n)
) WITHOUT ROWID;

-- Blocks that are kept as raw octets only: decryption secrets, custom and unknown ones.
CREATE TABLE block (
  capture_id INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  type INTEGER NOT NULL,
  length INTEGER NOT NULL,
  secrets_type INTEGER, -- of a decryption secrets block
  PRIMARY KEY (capture_id, offset)
) WITHOUT ROWID;

-- The file itself, cut at record borders. data is a zlib stream, or the octets themselves where
-- length(data) = size (the rule of sqlar, so sqlar_uncompress(data, size) reads both).
CREATE TABLE chunk (
  id INTEGER PRIMARY KEY,
  capture_id INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  size INTEGER NOT NULL,
  data BLOB NOT NULL
);
CREATE UNIQUE INDEX chunk_offset ON chunk (capture_id, offset);

-- What repeats is stored once.
CREATE TABLE t_address (
  id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL, -- 8 MAC, 9 IPv4, 10 IPv6, 11 text of another network
  octets BLOB NOT NULL,
  text TEXT NOT NULL
);
CREATE UNIQUE INDEX t_address_octets ON t_address (octets, kind);

CREATE TABLE t_text (id INTEGER PRIMARY KEY, hash INTEGER NOT NULL, value TEXT NOT NULL);
CREATE INDEX t_text_hash ON t_text (hash);

CREATE TABLE t_stack (
  id INTEGER PRIMARY KEY,
  protocols TEXT NOT NULL, -- frame.protocols: eth:ethertype:ip:tcp
  items TEXT NOT NULL,     -- top-level items of the tree, for the hierarchy: eth:ip:tcp
  shown TEXT NOT NULL,     -- text of the Protocol column
  UNIQUE (protocols, items, shown)
);

CREATE TABLE t_conversation (
  capture_id INTEGER NOT NULL,
  type INTEGER NOT NULL,   -- 1 eth, 2 ip, 3 ipv6, 4 tcp, 5 udp, 6 sctp
  stream INTEGER NOT NULL, -- in order of first sight, 0 = first
  pair INTEGER NOT NULL,   -- 0; UDP: which pair of ends of the stream, where an end was open when it was announced
  address_a INTEGER NOT NULL, port_a INTEGER NOT NULL, -- A sent the first frame
  address_b INTEGER NOT NULL, port_b INTEGER NOT NULL,
  frames_ab INTEGER NOT NULL, bytes_ab INTEGER NOT NULL,
  frames_ba INTEGER NOT NULL, bytes_ba INTEGER NOT NULL,
  first INTEGER, last INTEGER,             -- times, nanoseconds
  first_frame INTEGER, last_frame INTEGER, -- frame numbers
  completeness INTEGER, first_completeness INTEGER, -- TCP: tcp.completeness; what the first frame shows
  initial_rtt INTEGER,                               -- TCP, nanoseconds
  PRIMARY KEY (capture_id, type, stream, pair)
) WITHOUT ROWID;

-- Totals of whole captures, written with the frames.
CREATE TABLE total_stack (
  capture_id INTEGER NOT NULL,
  stack INTEGER NOT NULL,       -- t_stack
  frames INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  first_frame INTEGER NOT NULL, -- number of the first frame with it
  item_bytes TEXT NOT NULL,     -- JSON array: octets that each item of the stack has by Wireshark's hierarchy
  PRIMARY KEY (capture_id, stack)
) WITHOUT ROWID;

CREATE TABLE total_length (
  capture_id INTEGER NOT NULL,
  length INTEGER NOT NULL, -- frame.len
  frames INTEGER NOT NULL,
  PRIMARY KEY (capture_id, length)
) WITHOUT ROWID;

CREATE TABLE total_burst (
  capture_id INTEGER NOT NULL,
  range INTEGER NOT NULL,      -- 0 all frames, 1 ... 10 the ranges of Packet Lengths
  frames INTEGER NOT NULL,     -- most frames in any 100 ms, by Wireshark's buckets of 5 ms
  start_ms REAL NOT NULL,      -- when, from the first frame
  PRIMARY KEY (capture_id, range)
) WITHOUT ROWID;

CREATE TABLE total_second (
  capture_id INTEGER NOT NULL,
  second INTEGER NOT NULL, -- from the first frame
  frames INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  PRIMARY KEY (capture_id, second)
) WITHOUT ROWID;

-- The same for a capture whose time steps back, as tshark's io,stat counts: such a frame is counted in the latest
-- second that there was before it.
CREATE TABLE IF NOT EXISTS total_io (
  capture_id INTEGER NOT NULL,
  second INTEGER NOT NULL,
  frames INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  PRIMARY KEY (capture_id, second)
) WITHOUT ROWID;

CREATE TABLE total_event (
  capture_id INTEGER NOT NULL,
  kind INTEGER NOT NULL,        -- tcp_event_kind
  events INTEGER NOT NULL,
  first_frame INTEGER NOT NULL, -- number of the first frame with one
  PRIMARY KEY (capture_id, kind)
) WITHOUT ROWID;

-- What TCP events are. Their rows stand in t_tcp_event: a frame has as many as it has events.
CREATE TABLE tcp_event_kind (
  kind INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  field TEXT,                -- Wireshark's; NULL: it has none
  severity TEXT,             -- error, warning, note, chat; NULL: not in Wireshark's Expert Information
  "group" TEXT,              -- of the Expert Information; NULL: not counted there
  summary TEXT NOT NULL,     -- line of the Expert Information; {value} stands for the value, an event's own text replaces it
  other TEXT,                -- what the frame `other` is; NULL: the kind has none
  value TEXT,                -- what the value is; NULL: the kind has none
  unit TEXT,                 -- of the value; 's' is stored in nanoseconds
  help TEXT NOT NULL
);

-- The catalogue: what the archive's rows mean.
CREATE TABLE protocol (name TEXT PRIMARY KEY, title TEXT NOT NULL, shown TEXT, spec TEXT, help TEXT) WITHOUT ROWID;
CREATE TABLE field (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  protocol TEXT NOT NULL,
  label TEXT NOT NULL,
  kind INTEGER NOT NULL,      -- schema/kind.h
  base INTEGER NOT NULL,
  octets INTEGER NOT NULL,
  generated INTEGER NOT NULL,
  hidden INTEGER NOT NULL,
  parent INTEGER              -- the field that this one is cut out of
);
-- Where its values stand: an expression over table `tbl` with alias t. {capture} is the capture's id.
CREATE TABLE field_source (
  field_id INTEGER NOT NULL,
  n INTEGER NOT NULL,
  tbl TEXT NOT NULL,
  expr TEXT NOT NULL,
  direct INTEGER NOT NULL,    -- 1: the expression gives the value itself, not a dictionary's id
  PRIMARY KEY (field_id, n)
) WITHOUT ROWID;
CREATE TABLE field_value (field_id INTEGER NOT NULL, value INTEGER NOT NULL, name TEXT NOT NULL,
  PRIMARY KEY (field_id, value)) WITHOUT ROWID;

-- The records that have their tables; layout changes with their columns.
CREATE TABLE t_record (name TEXT PRIMARY KEY, layout INTEGER NOT NULL) WITHOUT ROWID;

CREATE VIEW conversation AS
SELECT c.capture_id, CASE c.type WHEN 1 THEN 'eth' WHEN 2 THEN 'ip' WHEN 3 THEN 'ipv6' WHEN 4 THEN 'tcp' WHEN 5 THEN 'udp'
  WHEN 6 THEN 'sctp' END AS type, c.stream, a.text AS address_a, CASE WHEN c.type > 3 THEN c.port_a END AS port_a,
  b.text AS address_b, CASE WHEN c.type > 3 THEN c.port_b END AS port_b,
  c.frames_ab + c.frames_ba AS frames, c.bytes_ab + c.bytes_ba AS bytes,
  c.frames_ab, c.bytes_ab, c.frames_ba, c.bytes_ba,
  (c.first - p.time_zero) / 1e9 AS start, (c.last - c.first) / 1e9 AS duration, c.first_frame, c.last_frame,
  c.completeness, c.initial_rtt / 1e9 AS initial_rtt
FROM t_conversation c JOIN capture p ON p.id = c.capture_id JOIN t_address a ON a.id = c.address_a
  JOIN t_address b ON b.id = c.address_b WHERE c.type > 0 AND c.frames_ab + c.frames_ba > 0;

-- Where frames are found first (by a filter, or a table of one's own), the range of a capture's frames would have SQLite
-- try every capture for each of them: it is also told which one it is. PostgreSQL hashes the captures, and is not told.
CREATE VIEW tcp_event AS
SELECT c.id AS capture_id, e.frame_id, e.frame_id - c.first_frame + 1 AS number, (f.time - c.time_zero) / 1e9 AS time, e.stream,
  k.name AS kind, k.field, k.severity, e.other, CASE k.unit WHEN 's' THEN e.value / 1e9 ELSE e.value END AS value
FROM capture c JOIN t_tcp_event e ON e.frame_id >= c.first_frame AND e.frame_id < c.first_frame + c.frames
  /* SQLite: */ AND c.id = (SELECT x.id FROM capture x
    WHERE x.first_frame <= e.frame_id ORDER BY x.first_frame DESC, x.id DESC LIMIT 1) /* all: */
  JOIN t_frame f ON f.frame_id = e.frame_id JOIN tcp_event_kind k ON k.kind = e.kind;

CREATE VIEW packets AS
SELECT f.frame_id, c.id AS capture_id, f.frame_id - c.first_frame + 1 AS "No.", (f.time - c.time_zero) / 1e9 AS Time,
  (SELECT a.text FROM t_address a WHERE a.id = f.src) AS Source,
  (SELECT a.text FROM t_address a WHERE a.id = f.dst) AS Destination, k.shown AS Protocol, f.len AS Length
FROM capture c JOIN t_frame f ON f.frame_id >= c.first_frame AND f.frame_id < c.first_frame + c.frames
  /* SQLite: */ AND c.id = (SELECT x.id FROM capture x
    WHERE x.first_frame <= f.frame_id ORDER BY x.first_frame DESC, x.id DESC LIMIT 1) /* all: */
  JOIN t_stack k ON k.id = f.stack;
