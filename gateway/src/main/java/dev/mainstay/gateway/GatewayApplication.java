package dev.mainstay.gateway;

import dev.mainstay.gateway.config.GatewayConfiguration;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.cloud.gateway.config.GatewayNoLoadBalancerClientAutoConfiguration;
import org.springframework.context.annotation.Import;

/**
 * The runnable gateway. Nothing is scanned for: what belongs on the admin port alone must not be
 * found here.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration(exclude = GatewayNoLoadBalancerClientAutoConfiguration.class)
@Import(GatewayConfiguration.class)
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
