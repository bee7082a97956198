package dev.mainstay.db.router.board;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** An ordinary Spring Boot application that has the starter on its class path. */
@SpringBootApplication
public class BoardApplication {

  /** Starts it, on a free port, with these settings of {@code mainstay.db} and others. */
  public static ConfigurableApplicationContext start(
      List<String> nodes, Map<String, String> settings, Class<?>... more) {
    Map<String, Object> all = new HashMap<>(settings);
    for (int i = 0; i < nodes.size(); i++) {
      all.put("mainstay.db.nodes[%d]".formatted(i), nodes.get(i));
    }
    all.put("server.port", "0");
    all.put("spring.main.banner-mode", "off");
    return new SpringApplicationBuilder(BoardApplication.class)
        .sources(more)
        .web(WebApplicationType.SERVLET)
        .registerShutdownHook(false)
        .properties(all)
        .run();
  }
}
