package dev.mainstay.db.local;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/** Folders as a whole: made private to their owner, and deleted with all that is in them. */
final class Folders {

  private Folders() {}

  /** What is wrong, for people: the exceptions of files name the file and little else. */
  static String explain(IOException broken) {
    return switch (broken) {
      case AccessDeniedException denied -> denied.getFile() + " cannot be accessed";
      case FileAlreadyExistsException taken -> taken.getFile() + " is in the way";
      case NoSuchFileException missing -> missing.getFile() + " is missing or cannot be made";
      case FileSystemException other when other.getReason() == null ->
          other.getFile() + " cannot be used";
      default -> String.valueOf(broken.getMessage());
    };
  }

  /** Makes the folder, and its parents, readable by its owner only where it is new. */
  static void createPrivate(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } else {
      Files.createDirectories(folder);
    }
  }

  /** Writes a file that only its owner can read, from its first byte on. */
  static void writePrivate(Path file, String text) throws IOException {
    Files.deleteIfExists(file);
    if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    Files.writeString(file, text);
  }

  /** Deletes the folders directly under {@code parent} whose names match a glob. */
  static void deleteAll(Path parent, String glob) throws IOException {
    try (var folders = Files.newDirectoryStream(parent, glob)) {
      for (var folder : folders) {
        delete(folder);
      }
    }
  }

  /**
   * Deletes the folder and everything in it; links are not followed. Nothing happens where there is
   * none.
   */
  static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
