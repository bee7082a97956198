package dev.mainstay.gateway;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.cloud.gateway.config.GatewayNoLoadBalancerClientAutoConfiguration;

/** The runnable gateway. */
@SpringBootApplication(exclude = GatewayNoLoadBalancerClientAutoConfiguration.class)
public class GatewayApplication {

  public static void main(String[] args) {
    // Reactor Netty takes at least four threads; more than there are cores only costs switches.
    if (System.getProperty("reactor.netty.ioWorkerCount") == null) {
      System.setProperty(
          "reactor.netty.ioWorkerCount",
          Integer.toString(Runtime.getRuntime().availableProcessors()));
    }
    SpringApplication.run(GatewayApplication.class, args);
  }
}
