const pictureName = /\.(jpe?g|png|webp|gif|avif|tiff?|hei[cf]|bmp|svg)$/i;

/** The files that were dropped, those inside of dropped folders too. */
export async function picturesOf(transfer: DataTransfer): Promise<File[]> {
  // Entries are gone once the event is over.
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  if (entries.length === 0) return [...transfer.files];
  const files = await Promise.all(entries.map(filesOf));
  return files.flat();
}

async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    return [file];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const files: File[] = [];
  for (;;) {
    // A reader gives a hundred at a time, and then none.
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (batch.length === 0) return files;
    const inside = batch.filter(({ isDirectory, name }) => isDirectory || pictureName.test(name));
    files.push(...(await Promise.all(inside.map(filesOf))).flat());
  }
}
