package dev.mainstay.gateway.route;

import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.filter.NettyWriteResponseFilter;
import org.springframework.core.Ordered;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.PrematureCloseException;

/**
 * Ends a request's account when the last byte is out, when it fails, or when the client leaves. It
 * stands around the filter that writes the response, so a body counts as in flight to its end.
 */
public final class AccountingFilter implements GlobalFilter, Ordered {

  @Override
  public int getOrder() {
    return NettyWriteResponseFilter.WRITE_RESPONSE_FILTER_ORDER - 1;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
    Ledger ledger = Ledger.open(exchange);
    return chain
        .filter(exchange)
        .doOnError(PrematureCloseException.class, error -> ledger.serverBrokeOff())
        .doFinally(signal -> ledger.close());
  }
}
