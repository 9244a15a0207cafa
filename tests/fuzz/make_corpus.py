#!/usr/bin/env python3
"""Write tests/fuzz/corpus from fixtures/ and from payloads written here. The same every time."""
import pathlib
import shutil
import struct

here = pathlib.Path(__file__).parent
fixtures = here.parent.parent / "fixtures"
LINK, ETHERTYPE, TCP, UDP, BACK = 1, 2, 30, 31, 0x80


def frame(how, key, payload):
    return struct.pack(">BHH", how, key, len(payload)) + payload


def frames_of(path):
    """The frames of a pcap file, as frames of link type `key`."""
    octets = path.read_bytes()
    order = "<" if octets[0] in (0xD4, 0x4D) else ">"
    link_type = struct.unpack_from(order + "I", octets, 20)[0] & 0xFFFF
    at, out = 24, b""
    while at + 16 <= len(octets):
        length = struct.unpack_from(order + "I", octets, at + 8)[0]
        out += frame(1, link_type, octets[at + 16:at + 16 + length])
        at += 16 + length
    return out


def der(tag, *parts):
    body = b"".join(parts)
    return bytes([tag, len(body)]) + body


# Never expires (RFC 5280, section 4.1.2.5): more nanoseconds than 63 bits hold.
certificate = der(0x30, der(0x30, der(2, b"\1"), der(0x30, der(6, b"\x2a\3")), der(0x30),
                            der(0x30, der(0x18, b"20000101000000Z"), der(0x18, b"99991231235959Z")), der(0x30)))
certificate = len(certificate).to_bytes(3, "big") + certificate
certificate = b"\x0b" + (len(certificate) + 3).to_bytes(3, "big") + len(certificate).to_bytes(3, "big") + certificate



def segment(back, seq, flags, payload=b"", words=5):
    """An IPv4 packet with a TCP segment between two ports; `words`: the header's length as it says."""
    ports = (80, 40000) if back else (40000, 80)
    tcp = struct.pack(">HHIIBBHHH", *ports, seq, 1, words << 4, flags, 8192, 0, 0) + payload
    ends = (b"\xc0\0\2\2", b"\xc0\0\2\1") if back else (b"\xc0\0\2\1", b"\xc0\0\2\2")
    return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0) + b"".join(ends) + tcp


def pcap(packets):
    """A capture of IP packets (link type 101)."""
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)
    for i, packet in enumerate(packets):
        out += struct.pack("<IIII", i, 0, len(packet), len(packet)) + packet
    return out


captures = {
    # What goes on until the sender closes was completed by a FIN whose header has no place for a payload.
    "fin_without_header": pcap([segment(False, 0, 2), segment(True, 0, 0x12), segment(False, 1, 0x18, b"GET / HTTP/1.0\r\n\r\n"),
                                segment(True, 1, 0x18, b"HTTP/1.0 200 OK\r\n\r\nabc"), segment(True, 23, 0x11, words=0)]),
}

talks = {
    "http": frame(TCP, 80, b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n")
    + frame(TCP | BACK, 80, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/xml\r\n\r\n4\r\n<a/>\r\n")
    + frame(TCP | BACK, 80, b"0\r\n\r\n"),
    "smtp": frame(TCP | BACK, 25, b"220 mail\r\n") + frame(TCP, 25, b"MAIL FROM:<a@example.org>\r\n")
    + frame(TCP, 25, b"DATA\r\n") + frame(TCP | BACK, 25, b"354 go\r\n") + frame(TCP, 25, b"Subject: x\r\n\r\nx\r\n.\r\n"),
    "ftp": frame(TCP | BACK, 21, b"227 Entering Passive Mode (192,0,2,2,200,1)\r\n") + frame(TCP, 21, b"RETR a\r\n"),
    "sip": frame(UDP, 5060, b"INVITE sip:a@example.org SIP/2.0\r\nContent-Type: application/sdp\r\n\r\n"
                 b"v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/AVP 0\r\n"),
    "dns": frame(UDP, 53, bytes.fromhex("000101000001000000000000") + b"\7example\3org\0\0\1\0\1")
    + frame(UDP | BACK, 53, bytes.fromhex("000181800001000100000000") + b"\7example\3org\0\0\1\0\1"
            + bytes.fromhex("c00c00010001000000100004c0000201")),
    "dns_tcp": frame(TCP, 53, bytes.fromhex("001d000101000001000000000000") + b"\7exam")
    + frame(TCP, 53, b"ple\3org\0\0\1\0\1"),
    "tls": frame(TCP, 443, bytes.fromhex("16030100 30 0100002c 0303" + "11" * 32 + "00 0002 1301 0100 0001 00 00"))
    + frame(TCP | BACK, 443, bytes.fromhex("1503030002022f")),
    "snmp": frame(UDP, 161, bytes.fromhex("302602010004067075626c6963a019020101020100020100300e300c06082b060102010101000500")),
    "dhcp": frame(UDP, 67, bytes.fromhex("01010600 00000001" + "00" * 228 + "63825363 350101 3204c0000201 ff")),
    "stun": frame(UDP, 3478, bytes.fromhex("000100002112a442b7e7a701bc34d686fa87dfae")),
    "radius": frame(UDP, 1812, bytes.fromhex("010000380f403f9473978057bd83d5cb98f4227a01066e656d6f02120dbe708d93d413ce"
                                             "3196e43f782a0aee0406c0a80110050600000003")),
    "mqtt": frame(TCP, 1883, bytes.fromhex("101000044d5154540402003c000461626364")),
    "nbss": frame(TCP, 445, bytes.fromhex("00000023ff534d4272" + "00" * 24 + "000000")),
    "smb2": frame(TCP, 445, bytes.fromhex("00000040fe534d424000" + "00" * 58)),
    "ldap": frame(TCP, 389, bytes.fromhex("300c020101600702010304008000")),
    "kerberos": frame(UDP, 88, bytes.fromhex("6a0e300ca103020105a20302010aa300")),
    "http2": frame(TCP, 80, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes.fromhex("000000040000000000")
                   + bytes.fromhex("000001010500000001") + b"\x82"),
    "certificate_time": frame(TCP | BACK, 443, b"\x16\3\1" + len(certificate).to_bytes(2, "big") + certificate),
    "6lowpan": frame(LINK, 230, bytes.fromhex("418801cdabffff0100" "7f33e106630400 1e0100f3120102" "68656c6c6f"))
    + frame(LINK, 230, bytes.fromhex("418801cdabffff0100" "c038004e416000000000103a40" + "00" * 15 + "01" + "00" * 15 + "02"))
    + frame(LINK, 230, bytes.fromhex("418801cdabffff0100" "e038004e05" "80001234000100016162636465666768"))
    + frame(LINK, 283, bytes.fromhex("00000c000000010001000000" "418801cdabffff0100" "b500010002" "7b333a80001234")),
    "zep": frame(UDP, 17754, b"EX\2\1" + bytes.fromhex("0b000101ff" + "00" * 22 + "0d" + "418801cdabffff0100ff0102")),
    "profinet": frame(ETHERTYPE, 0x8892, bytes.fromhex("8001000000000035 3500")) + frame(ETHERTYPE, 0x8892, bytes.fromhex("ff8000000102")),
    "powerlink": frame(ETHERTYPE, 0x88AB, bytes.fromhex("0301f000200001000200aabb")) + frame(ETHERTYPE, 0x892F, bytes.fromhex("002e000108004500")),
    "rtcp": frame(UDP, 50003, bytes.fromhex("80c90001 00000001 81ca0004 00000009 010761626340646566 000000 81cb0001 00000009"))
    + frame(UDP, 50003, bytes.fromhex("80c90001 00000001 80cf0004 00000001 04000002 0000000000000000")),
    "dcerpc_datagram": frame(UDP, 50002, bytes.fromhex("04002800100000 00" + "00" * 16 + "404e9f8d3da0ce118f6908003e30051b" + "01" * 16
                                                       + "00000000 01000000 07000000 0200 ffff ffff 0800 0000 00 00" + "00" * 8)),
    "gsmtap": frame(UDP, 4729, bytes.fromhex("02040100000100000000000001000000" "5506192b2b"))
    + frame(UDP, 4729, bytes.fromhex("02040100000100000000000088000000" "000000110d063501")),
    "pflog": frame(LINK, 117, bytes.fromhex("3d02" + "00" * 62 + "45000014")) + frame(LINK, 203, bytes.fromhex("0281000008020001")),
    "iscsi": frame(TCP, 3260, bytes.fromhex("43870000 00000010" + "00" * 40 + "00" * 16)),
    "nbd": frame(TCP, 10809, bytes.fromhex("2560951300000001" + "00" * 16 + "00000008" + "00" * 4)) + frame(TCP, 10809, b"\0" * 4),
    "rpcap": frame(TCP, 2002, bytes.fromhex("0008000000000004" "00000000")),
    # A NUL in a media type ended the comparison, and the type's name was read behind its end.
    "media_type_nul": frame(UDP, 5060, b"INVITE sip:a@example.org SIP/2.0\r\nContent-Type: application/sdp\0" + b"a" * 33
                            + b"\r\n\r\nv=0\r\n"),
}

for name in "frame", "capture":
    shutil.rmtree(here / "corpus" / name, ignore_errors=True)
    (here / "corpus" / name).mkdir(parents=True)
for name, octets in talks.items():
    (here / "corpus" / "frame" / name).write_bytes(octets)
for name in "web", "trouble", "layers":
    (here / "corpus" / "frame" / f"fixture_{name}").write_bytes(frames_of(fixtures / f"{name}.pcap"))
for name in "web.pcap", "web.pcap.gz", "layers.pcap", "cut.pcap", "mixed.pcapng", "hostile.pcapng", "tcp_unreachable.pcap":
    shutil.copyfile(fixtures / name, here / "corpus" / "capture" / name)
for name, octets in captures.items():
    (here / "corpus" / "capture" / f"{name}.pcap").write_bytes(octets)
