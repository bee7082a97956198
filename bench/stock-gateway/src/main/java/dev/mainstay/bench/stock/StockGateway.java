package dev.mainstay.bench.stock;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Spring Cloud Gateway with one route to a service that its LoadBalancer spreads; nothing else. */
@SpringBootApplication
public class StockGateway {

  static void main(String[] arguments) {
    SpringApplication.run(StockGateway.class, arguments);
  }
}
