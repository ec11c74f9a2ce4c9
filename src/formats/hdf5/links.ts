import type { FileBytes } from './bytes.ts';
import { messageTypes, type Message } from './object-header.ts';

/** More than any weight file has; a group that claims more is damaged. */
const maxLinks = 100_000;
/** Levels of a B-tree: 16 children a node make this enough for any file. */
const maxLevels = 16;

const decoder = new TextDecoder();

/** Names in a group with the addresses of their objects. Links to other places or files are left out. */
export function readLinks(file: FileBytes, messages: readonly Message[]): Map<string, number> {
  const links = new Map<string, number>();
  for (const { type, position, length } of messages) {
    if (type === messageTypes.symbolTable) readSymbolTable(file, position, links);
    if (type === messageTypes.link) readLink(file, position, length, links);
    if (type === messageTypes.linkInfo && hasDenseLinks(file, position)) {
      file.unsupported('a group in the form of HDF5 1.8 (libver="latest")', 'the form that Keras writes');
    }
  }
  return links;
}

function hasDenseLinks(file: FileBytes, position: number): boolean {
  const ordered = (file.u8(position + 1) & 1) !== 0;
  return file.address(position + 2 + (ordered ? 8 : 0)) !== undefined;
}

function add(file: FileBytes, links: Map<string, number>, name: string, address: number): void {
  if (links.size >= maxLinks) file.fail(`a group has more than ${maxLinks} members`);
  links.set(name, address);
}

/** A link kept in the object header (new-style groups with few members). */
function readLink(file: FileBytes, start: number, length: number, links: Map<string, number>): void {
  const flags = file.u8(start + 1);
  let at = start + 2;
  const hard = (flags & 8) === 0 || file.u8(at) === 0;
  if ((flags & 8) !== 0) at += 1;
  if ((flags & 4) !== 0) at += 8;
  if ((flags & 16) !== 0) at += 1;
  const sizeBytes = 1 << (flags & 3);
  const nameLength =
    sizeBytes === 1
      ? file.u8(at)
      : sizeBytes === 2
        ? file.u16(at)
        : sizeBytes === 4
          ? file.u32(at)
          : file.u64(at);
  at += sizeBytes;
  if (at + nameLength > start + length) file.fail(`the link at byte ${start} is longer than its message`);
  const name = decoder.decode(file.slice(at, nameLength, 'a name'));
  if (!hard) return;
  const address = file.address(at + nameLength);
  if (address !== undefined) add(file, links, name, address);
}

/** An old-style group: a B-tree (version 1) over symbol nodes, the names in a local heap. */
function readSymbolTable(file: FileBytes, position: number, links: Map<string, number>): void {
  const tree = file.address(position);
  const heap = file.address(position + 8);
  if (tree === undefined || heap === undefined) return;
  file.signature(heap, 'HEAP', 'local heap');
  const heapSize = file.u64(heap + 8);
  const heapData = file.address(heap + 24) ?? file.fail('a local heap has no data');
  file.check(heapData, heapSize, 'a local heap');
  const nameAt = (offset: number): string => {
    if (offset >= heapSize) file.fail(`a name lies outside of its local heap (offset ${offset})`);
    const text = file.bytes.subarray(heapData + offset, heapData + heapSize);
    const end = text.indexOf(0);
    return end < 0 ? file.fail('a name in a local heap does not end') : decoder.decode(text.subarray(0, end));
  };
  const seen = new Set<number>();
  const visit = (address: number, levels: number): void => {
    if (levels > maxLevels || seen.has(address)) file.fail(`the B-tree at byte ${tree} runs in a circle`);
    seen.add(address);
    file.signature(address, 'TREE', 'B-tree');
    if (file.u8(address + 4) !== 0) file.fail(`the B-tree at byte ${address} is not one of a group`);
    const leaf = file.u8(address + 5) === 0;
    const count = file.u16(address + 6);
    file.check(address, 24 + count * 16, 'a B-tree');
    for (let i = 0; i < count; i++) {
      // Keys and children alternate; the keys are only needed to search.
      const child = file.address(address + 32 + i * 16) ?? file.fail('a B-tree has a child nowhere');
      if (leaf) readSymbols(child);
      else visit(child, levels + 1);
    }
  };
  const readSymbols = (address: number): void => {
    if (seen.has(address)) file.fail(`the symbols at byte ${address} are listed twice`);
    seen.add(address);
    file.signature(address, 'SNOD', 'symbol node');
    const count = file.u16(address + 6);
    file.check(address, 8 + count * 40, 'a symbol node');
    for (let i = 0; i < count; i++) {
      const entry = address + 8 + i * 40;
      const name = nameAt(file.u64(entry));
      // A soft link has no object header.
      const object = file.address(entry + 8);
      if (object !== undefined) add(file, links, name, object);
    }
  };
  visit(tree, 0);
}
