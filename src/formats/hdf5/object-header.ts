import type { FileBytes } from './bytes.ts';

/** Message types of object headers (HDF5 File Format Specification 3.0, IV.A.2). */
export const messageTypes = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  layout: 0x08,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

/** One message: where its data lie. */
export interface Message {
  readonly type: number;
  readonly position: number;
  readonly length: number;
  /** The data are kept elsewhere and only referred to. */
  readonly shared: boolean;
}

interface Block {
  readonly position: number;
  readonly length: number;
}

const sharedFlag = 0x02;

/**
 * The messages of the object at `address`, in both versions of the header.
 * Blocks are followed at most once each, so headers that run in a circle end.
 */
export function readMessages(file: FileBytes, address: number): Message[] {
  const version2 = file.u8(address) === 'O'.charCodeAt(0);
  const { first, prefixLength } = version2 ? openVersion2(file, address) : openVersion1(file, address);
  const messages: Message[] = [];
  const blocks: Block[] = [first];
  const seen = new Set([first.position]);
  for (const block of blocks) {
    file.check(block.position, block.length, 'an object header');
    const end = block.position + block.length;
    let at = block.position;
    while (at + prefixLength <= end) {
      const type = version2 ? file.u8(at) : file.u16(at);
      const length = file.u16(at + (version2 ? 1 : 2));
      const flags = file.u8(at + (version2 ? 3 : 4));
      const position = at + prefixLength;
      if (position + length > end) {
        file.fail(`a message of ${length} bytes at byte ${at} leaves its object header`);
      }
      if (type === messageTypes.continuation) {
        const next = continuation(file, position, length, version2);
        if (seen.has(next.position)) file.fail(`the object header at byte ${address} runs in a circle`);
        seen.add(next.position);
        blocks.push(next);
      } else {
        messages.push({ type, position, length, shared: (flags & sharedFlag) !== 0 });
      }
      at = position + length;
    }
  }
  return messages;
}

function openVersion1(file: FileBytes, address: number): { first: Block; prefixLength: number } {
  const version = file.u8(address);
  if (version !== 1) file.fail(`there is no object header at byte ${address}`);
  return { first: { position: address + 16, length: file.u32(address + 8) }, prefixLength: 8 };
}

function openVersion2(file: FileBytes, address: number): { first: Block; prefixLength: number } {
  file.signature(address, 'OHDR', 'object header');
  const flags = file.u8(address + 5);
  const times = (flags & 0x20) === 0 ? 0 : 16;
  const phases = (flags & 0x10) === 0 ? 0 : 4;
  const sizeAt = address + 6 + times + phases;
  const sizeBytes = 1 << (flags & 3);
  const length =
    sizeBytes === 1
      ? file.u8(sizeAt)
      : sizeBytes === 2
        ? file.u16(sizeAt)
        : sizeBytes === 4
          ? file.u32(sizeAt)
          : file.u64(sizeAt);
  return { first: { position: sizeAt + sizeBytes, length }, prefixLength: (flags & 0x04) === 0 ? 4 : 6 };
}

function continuation(file: FileBytes, position: number, length: number, version2: boolean): Block {
  if (length < 16) file.fail(`the continuation at byte ${position} is too short`);
  const address = file.address(position) ?? file.fail(`the continuation at byte ${position} leads nowhere`);
  const size = file.u64(position + 8);
  if (!version2) return { position: address, length: size };
  file.signature(address, 'OCHK', 'object header');
  // Four bytes of signature before and of checksum behind.
  return { position: address + 4, length: size - 8 };
}
