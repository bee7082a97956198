package dev.mainstay.stack.launch;

import dev.mainstay.stack.model.Identity;
import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Role;
import dev.mainstay.stack.process.Home;
import dev.mainstay.stack.process.Json;
import dev.mainstay.stack.process.Launcher;
import dev.mainstay.stack.supervise.Starter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How each process of this stack is started. Knows the images as they become ready. */
final class Blueprint implements Starter {

  /** Each thread's own memory arena would cost more than the contention that it saves. */
  private static final Map<String, String> FEW_ARENAS = Map.of("MALLOC_ARENA_MAX", "2");

  private final Home home;
  private final Settings settings;
  private final Launcher launcher;
  private final Databases databases;
  private final Map<Role, Image> images = new ConcurrentHashMap<>();

  Blueprint(Home home, Settings settings, Launcher launcher, Databases databases) {
    this.home = home;
    this.settings = settings;
    this.launcher = launcher;
    this.databases = databases;
  }

  void has(Image image) {
    images.put(image.service().role(), image);
  }

  /** Keeps the images from being dropped while this stack may start from them. */
  void useImages() {
    images.values().forEach(Image::use);
  }

  @Override
  public Identity start(Name name) throws IOException {
    if (name.role() == Role.NODE) {
      return launcher.start(
          databases.command(name), Map.of(), home.run(), home.log(name.toString()));
    }
    Image image = images.get(name.role());
    if (image == null) {
      throw new IOException("the %s is not unpacked yet".formatted(name.role().label()));
    }
    Path conf = home.conf().resolve(name + ".yml");
    Home.write(conf, Json.MAPPER.writeValueAsString(settings.of(name)) + "\n");
    List<String> command = new ArrayList<>(image.command());
    // Seen from where it runs, for Spring takes a comma in a path for the end of it.
    command.add(
        "--spring.config.additional-location=file:"
            + home.run().relativize(conf).toString().replace('\\', '/'));
    return launcher.start(command, FEW_ARENAS, home.run(), home.log(name.toString()));
  }
}
