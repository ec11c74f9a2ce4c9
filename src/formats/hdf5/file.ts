import type { Tensor } from '../../kernel/index.ts';
import { openByteSource, type FileSource } from '../byte-source.ts';
import { FileBytes } from './bytes.ts';
import { readLinks } from './links.ts';
import { messageTypes, readMessages, type Message } from './object-header.ts';
import { countElements, readDatatype, readDims, readFloats, readStrings } from './values.ts';

/** The first eight bytes of every HDF5 file. */
export const hdf5Signature: Uint8Array = Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a);

/** Files are read as a whole; ten times the largest FaceNet. */
const maxFileBytes = 1 << 30;

/** A group or data set of an {@link Hdf5File}. */
export interface Hdf5Object {
  /** `/model_weights/Conv2d_1a_3x3`. */
  readonly path: string;
  /** Names in a group, in the order of the file; none in a data set. */
  readonly members: readonly string[];
  /** Names of the attributes. */
  readonly attributes: readonly string[];
}

interface Found extends Hdf5Object {
  readonly messages: readonly Message[];
  readonly links: ReadonlyMap<string, number>;
  readonly attributePositions: ReadonlyMap<string, Attribute>;
}

interface Attribute {
  readonly typeAt: number;
  readonly typeLength: number;
  readonly dimsAt: number;
  readonly dimsLength: number;
  readonly dataAt: number;
  readonly dataLength: number;
}

/** How often the whole content may be read. */
const maxReadings = 4;

const decoder = new TextDecoder();

/**
 * Reads HDF5 files as Keras writes them (h5py with `libver='earliest'`, its default): superblocks 0 to
 * 3, object headers 1 and 2, groups with symbol tables or few links, attributes of text in all its
 * forms, data sets stored in one piece without filters. Everything else is refused by name.
 *
 * Own code instead of the HDF5 library, so that a hostile file costs no more than its size: every size
 * is held against that of the file before it is believed, and nothing is followed twice.
 *
 * Source: HDF5 File Format Specification, version 3.0 (The HDF Group).
 */
export class Hdf5File {
  readonly #file: FileBytes;
  readonly #root: number;
  readonly #found = new Map<string, Found>();
  /** Bytes of data sets handed out so far. */
  #given = 0;

  /**
   * @param name what errors call the file
   * @throws VisageError `FORMAT_INVALID`, `FORMAT_UNSUPPORTED`
   */
  constructor(bytes: Uint8Array, name: string) {
    this.#file = new FileBytes(name, bytes);
    this.#root = readSuperblock(this.#file);
  }

  /** @throws VisageError `FILE_NOT_FOUND`, `FILE_UNREADABLE`, `FORMAT_INVALID`, `FORMAT_UNSUPPORTED` */
  static async open(source: FileSource): Promise<Hdf5File> {
    await using bytes = await openByteSource(source);
    if (bytes.sizeBytes > maxFileBytes) {
      new FileBytes(bytes.name, new Uint8Array()).unsupported(
        `${bytes.sizeBytes} bytes`,
        `up to ${maxFileBytes} bytes`,
      );
    }
    return new Hdf5File(await bytes.read(0, bytes.sizeBytes), bytes.name);
  }

  get name(): string {
    return this.#file.name;
  }

  /** Looks up a group or data set; `undefined` where there is none. */
  object(path: string): Hdf5Object | undefined {
    const found = this.#object(path);
    return found && { path: found.path, members: found.members, attributes: found.attributes };
  }

  #object(path: string): Found | undefined {
    const parts = path.split('/').filter((part) => part !== '');
    const whole = `/${parts.join('/')}`;
    const known = this.#found.get(whole);
    if (known !== undefined) return known;
    const address =
      parts.length === 0 ? this.#root : this.#object(parts.slice(0, -1).join('/'))?.links.get(parts.at(-1)!);
    if (address === undefined) return undefined;
    const messages = readMessages(this.#file, address);
    const links = readLinks(this.#file, messages);
    const attributePositions = this.#attributes(messages, whole);
    const found = {
      path: whole,
      members: [...links.keys()],
      attributes: [...attributePositions.keys()],
      messages,
      links,
      attributePositions,
    };
    this.#found.set(whole, found);
    return found;
  }

  #attributes(messages: readonly Message[], path: string): Map<string, Attribute> {
    const file: FileBytes = this.#file;
    const attributes = new Map<string, Attribute>();
    for (const { type, position, length, shared } of messages) {
      if (type === messageTypes.attributeInfo) {
        const ordered = (file.u8(position + 1) & 1) !== 0;
        if (file.address(position + 2 + (ordered ? 2 : 0)) !== undefined) {
          file.unsupported(`the attributes of ${path} outside of its header`, 'the form that Keras writes');
        }
      }
      if (type !== messageTypes.attribute) continue;
      const version = file.u8(position);
      if (shared || version < 1 || version > 3) file.fail(`an attribute of ${path} has version ${version}`);
      const [nameLength, typeLength, dimsLength] = [2, 4, 6].map((at) => file.u16(position + at)) as [
        number,
        number,
        number,
      ];
      // Version 1 fills every part up to a multiple of eight bytes; version 3 has the name's encoding first.
      const filled = (size: number): number => (version === 1 ? Math.ceil(size / 8) * 8 : size);
      const nameAt = position + (version === 3 ? 9 : 8);
      const typeAt = nameAt + filled(nameLength);
      const dimsAt = typeAt + filled(typeLength);
      const dataAt = dimsAt + filled(dimsLength);
      const dataLength = position + length - dataAt;
      if (dataLength < 0) file.fail(`an attribute of ${path} is longer than its message`);
      const name = decoder.decode(file.slice(nameAt, nameLength, 'a name')).replace(/\0.*$/s, '');
      attributes.set(name, { typeAt, typeLength, dimsAt, dimsLength, dataAt, dataLength });
    }
    return attributes;
  }

  /**
   * Texts in an attribute of the object at `path`, whatever kind of text they are; one text makes a list
   * of one, an empty list of numbers (as Keras writes an empty list of names) an empty list.
   * `undefined` where there is no such attribute.
   * @throws VisageError `FORMAT_INVALID`
   */
  texts(path: string, attribute: string): string[] | undefined {
    const file: FileBytes = this.#file;
    const found = this.#object(path)?.attributePositions.get(attribute);
    if (found === undefined) return undefined;
    const type = readDatatype(file, found.typeAt, found.typeLength);
    const dims = readDims(file, found.dimsAt, found.dimsLength);
    const what = `the attribute ${attribute} of ${path}`;
    const count = countElements(file, dims, type.sizeBytes, what);
    if (count === 0) return [];
    if (count * type.sizeBytes > found.dataLength) file.fail(`${what} ends too early`);
    return readStrings(file, type, found.dataAt, count, what);
  }

  /**
   * The numbers of a data set as float32; large ones are views into the file's bytes.
   * @throws VisageError `FORMAT_INVALID`, `FORMAT_UNSUPPORTED`
   */
  floats(path: string): Tensor<'float32'> {
    const file: FileBytes = this.#file;
    const messages = this.#object(path)?.messages ?? file.fail(`there is no data set ${path}`);
    const message = (type: number, what: string): Message => {
      const found = messages.find((candidate) => candidate.type === type);
      if (found === undefined) file.fail(`${path} has no ${what}, so it is no data set`);
      if (found.shared) file.unsupported(`the shared ${what} of ${path}`, 'the form that Keras writes');
      return found;
    };
    const typeMessage = message(messageTypes.datatype, 'datatype');
    const dimsMessage = message(messageTypes.dataspace, 'dataspace');
    const layout = message(messageTypes.layout, 'layout');
    const type = readDatatype(file, typeMessage.position, typeMessage.length);
    const dims = readDims(file, dimsMessage.position, dimsMessage.length);
    const count = countElements(file, dims, type.sizeBytes, path);
    const { at, length } = this.#stored(layout, path);
    if (count > 0 && (at === undefined || length < count * type.sizeBytes)) {
      file.fail(`${path} should hold ${count} numbers, but only ${length} bytes are there`);
    }
    // An honest reader takes every number once; data sets that lie over each other could ask for more than memory.
    this.#given += count * type.sizeBytes;
    if (this.#given > maxReadings * file.sizeBytes)
      file.fail('its data sets together are larger than the file');
    const data = count === 0 ? new Float32Array() : readFloats(file, type, at!, count, path);
    return { type: 'float32', dims, data };
  }

  #stored({ position }: Message, path: string): { at: number | undefined; length: number } {
    const file: FileBytes = this.#file;
    const version = file.u8(position);
    if (version !== 3 && version !== 4) file.unsupported(`layout ${version} of ${path}`, 'layouts 3 and 4');
    const kind = file.u8(position + 1);
    if (kind === 0) return { at: position + 4, length: file.u16(position + 2) };
    if (kind !== 1) file.unsupported(`the storage of ${path} in chunks`, 'storage in one piece');
    return { at: file.address(position + 2), length: file.u64(position + 10) };
  }
}

/** The address of the root group. */
function readSuperblock(file: FileBytes): number {
  const signature = file.bytes.subarray(0, hdf5Signature.length);
  if (!hdf5Signature.every((byte, i) => signature[i] === byte)) file.fail('it does not start like one');
  const version = file.u8(8);
  if (version > 3) file.unsupported(`superblock ${version}`, 'superblocks 0 to 3');
  const sizesAt = version < 2 ? 13 : 9;
  if (file.u8(sizesAt) !== 8 || file.u8(sizesAt + 1) !== 8) {
    file.unsupported(`addresses of ${8 * file.u8(sizesAt)} bits`, '64 bits');
  }
  // Version 1 has four bytes more before the addresses; the second field of a symbol is its object header.
  const addressesAt = version === 0 ? 24 : version === 1 ? 28 : 12;
  if (file.address(addressesAt) !== 0) file.unsupported('a user block', 'files that start with their data');
  const rootAt = version < 2 ? addressesAt + 40 : addressesAt + 24;
  const endAt = addressesAt + 16;
  const end = file.u64(endAt);
  if (end > file.sizeBytes) {
    file.fail(`it is cut off: ${file.sizeBytes} bytes are there of ${end}`);
  }
  return file.address(rootAt) ?? file.fail('it has no root group');
}
