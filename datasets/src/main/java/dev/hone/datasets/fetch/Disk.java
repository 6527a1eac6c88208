package dev.hone.datasets.fetch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a download asks of the disk; tests give it one that is full. */
interface Disk {
  Disk REAL =
      new Disk() {
        @Override
        public long usable(Path folder) throws IOException {
          return Files.getFileStore(folder).getUsableSpace();
        }

        @Override
        public void write(FileChannel file, ByteBuffer bytes) throws IOException {
          while (bytes.hasRemaining()) {
            file.write(bytes);
          }
        }
      };

  /** Bytes that may still be written to {@code folder}. */
  long usable(Path folder) throws IOException;

  /** Writes all of {@code bytes} at the file's position. */
  void write(FileChannel file, ByteBuffer bytes) throws IOException;
}
