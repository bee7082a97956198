package dev.mainstay.gateway.engine;

import dev.mainstay.gateway.upstream.Answer;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;

/**
 * The client's side of one request. All is called on the client's event loop; nothing after {@link
 * #ended}, {@link #refused} or {@link #brokenOff}.
 */
public interface Front {

  Channel channel();

  /** An answer of the kind 1xx, other than 100 and 101. */
  void interim(HttpResponse response);

  /** The head of the answer, ready to be sent but for what keeps the connection or closes it. */
  void head(HttpResponse response);

  /** A part of the answer's body, which is now the front's to release. */
  void body(HttpContent content);

  /** The last part was given to {@link #body}. */
  void ended();

  /** What was given may go out. */
  void flush();

  /** No server answered: the gateway has to. */
  void refused(Answer answer);

  /** The answer cannot be completed: the client has to see that it is cut off. */
  void brokenOff(boolean endIsClose);

  /** More of the request's body is wanted. */
  void more();
}
