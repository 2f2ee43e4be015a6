package dev.weft.proxy.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.proxy.config.DnsEndpoints.TimedAnswer;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import io.netty.resolver.dns.SingletonDnsServerAddressStreamProvider;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a real name server, on a port of the loopback interface, is asked and answers. */
class NameServersTest {
  private record Stored(DnsRecordType type, long seconds, byte[] content) {}

  private final Map<String, List<Stored>> zone = new ConcurrentHashMap<>();
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Channel server = serve();
  private final NameServers names =
      new NameServers(
          () ->
              new SingletonDnsServerAddressStreamProvider(
                  (InetSocketAddress) server.localAddress()));

  @AfterEach
  void stop() {
    names.close();
    server.close().syncUninterruptibly();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private Channel serve() {
    return new Bootstrap()
        .group(group)
        .channel(NioDatagramChannel.class)
        .handler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                channel
                    .pipeline()
                    .addLast(new DatagramDnsQueryDecoder(), new DatagramDnsResponseEncoder())
                    .addLast(new Answers());
              }
            })
        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
        .syncUninterruptibly()
        .channel();
  }

  private final class Answers extends SimpleChannelInboundHandler<DatagramDnsQuery> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramDnsQuery query) {
      DnsQuestion question = query.recordAt(DnsSection.QUESTION);
      DatagramDnsResponse response =
          new DatagramDnsResponse(query.recipient(), query.sender(), query.id());
      response.addRecord(DnsSection.QUESTION, question);
      List<Stored> records = zone.get(question.name());
      if (records == null) {
        response.setCode(DnsResponseCode.NXDOMAIN);
      } else {
        for (Stored one : records) {
          if (one.type().equals(question.type()) || one.type().equals(DnsRecordType.CNAME)) {
            response.addRecord(
                DnsSection.ANSWER,
                new DefaultDnsRawRecord(
                    question.name(),
                    one.type(),
                    one.seconds(),
                    Unpooled.wrappedBuffer(one.content())));
          }
        }
      }
      context.writeAndFlush(response);
    }
  }

  private void address(String name, String address, long seconds) {
    byte[] bytes = InetAddress.ofLiteral(address).getAddress();
    record(name, bytes.length == 4 ? DnsRecordType.A : DnsRecordType.AAAA, seconds, bytes);
  }

  private void alias(String name, String of, long seconds) {
    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    for (String label : of.split("\\.")) {
      encoded.write(label.length());
      encoded.writeBytes(label.getBytes(StandardCharsets.US_ASCII));
    }
    encoded.write(0);
    record(name, DnsRecordType.CNAME, seconds, encoded.toByteArray());
  }

  private void record(String name, DnsRecordType type, long seconds, byte[] content) {
    zone.merge(
        name,
        List.of(new Stored(type, seconds, content)),
        (some, more) -> Stream.concat(some.stream(), more.stream()).toList());
  }

  @Test
  void anAnswerIsGoodForTheShortestTimeThatItsRecordsSay() throws Exception {
    address("app.test.", "10.0.0.1", 60);
    address("app.test.", "10.0.0.2", 30);
    address("app.test.", "fd00::1", 90);
    TimedAnswer answer = names.ask("app.test");
    assertThat(answer.addresses())
        .containsExactlyInAnyOrder(
            InetAddress.ofLiteral("10.0.0.1"),
            InetAddress.ofLiteral("10.0.0.2"),
            InetAddress.ofLiteral("fd00::1"));
    assertThat(answer.seconds()).isEqualTo(30);
  }

  @Test
  void anAliasIsGoodForAWhileToo() throws Exception {
    alias("app.test.", "host.test", 7);
    address("host.test.", "10.0.0.1", 60);
    TimedAnswer answer = names.ask("app.test");
    assertThat(answer.addresses()).containsExactly(InetAddress.ofLiteral("10.0.0.1"));
    assertThat(answer.seconds()).isEqualTo(7);
  }

  @Test
  void everyAnswerIsAskedForAnew() throws Exception {
    address("app.test.", "10.0.0.1", 3600);
    names.ask("app.test");
    zone.clear();
    address("app.test.", "10.0.0.2", 5);
    TimedAnswer answer = names.ask("app.test");
    assertThat(answer.addresses()).containsExactly(InetAddress.ofLiteral("10.0.0.2"));
    assertThat(answer.seconds()).isEqualTo(5);
  }

  @Test
  void anAddressIsItsOwnName() throws Exception {
    TimedAnswer answer = names.ask("10.1.2.3");
    assertThat(answer.addresses()).containsExactly(InetAddress.ofLiteral("10.1.2.3"));
    assertThat(answer.seconds()).isZero();
  }

  @Test
  void aNameThatThereIsNotIsUnknown() {
    assertThatThrownBy(() -> names.ask("none.test"))
        .isInstanceOf(UnknownHostException.class)
        .hasMessageContaining("none.test");
  }
}
