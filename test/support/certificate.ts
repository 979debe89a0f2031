/** Makes a certificate that signs itself. Node reads certificates and makes none, so it is written byte by byte. */
import { generateKeyPairSync, sign } from "node:crypto";

export interface Certificate {
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** Tags of DER, in which certificates are written: X.690, and X.509 for what is in them. */
const BOOLEAN = 0x01;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const SEQUENCE = 0x30;
const SET = 0x31;
const IP_ADDRESS = 0x87;
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;

const OF_COMMON_NAME = hex("0603550403");
const OF_ALTERNATIVE_NAME = hex("0603551d11");
const OF_BASIC_CONSTRAINTS = hex("0603551d13");
const ECDSA_WITH_SHA256 = der(SEQUENCE, hex("06082a8648ce3d040302"));

/** For a server at an IPv4 address, from 2000 until 2049; an authority as well, the one that vouches for it. */
export function aCertificate(address: string): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const commonName = der(SEQUENCE, OF_COMMON_NAME, der(UTF8_STRING, Buffer.from("test")));
  const name = der(SEQUENCE, der(SET, commonName));
  const ipAddress = der(IP_ADDRESS, Buffer.from(address.split(".").map(Number)));
  const isAuthority = der(SEQUENCE, der(BOOLEAN, hex("ff")));
  const content = der(
    SEQUENCE,
    der(VERSION, der(INTEGER, hex("02"))), // 3
    der(INTEGER, hex("01")),
    ECDSA_WITH_SHA256,
    name,
    der(SEQUENCE, utcTime("000101000000Z"), utcTime("491231235959Z")),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(
      EXTENSIONS,
      der(
        SEQUENCE,
        der(SEQUENCE, OF_BASIC_CONSTRAINTS, der(OCTET_STRING, isAuthority)),
        der(SEQUENCE, OF_ALTERNATIVE_NAME, der(OCTET_STRING, der(SEQUENCE, ipAddress))),
      ),
    ),
  );
  const signature = der(BIT_STRING, hex("00"), sign("sha256", content, privateKey));
  const base64 = der(SEQUENCE, content, ECDSA_WITH_SHA256, signature).toString("base64");
  return {
    certificatePem: `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----\n`,
    keyPem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80 ? [length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function utcTime(text: string): Buffer {
  return der(UTC_TIME, Buffer.from(text));
}

function hex(digits: string): Buffer {
  return Buffer.from(digits, "hex");
}
