package dev.weft.proxy.discovery;

import dev.weft.proxy.config.DnsEndpoints.TimedAnswer;
import dev.weft.xds.model.SocketAddress;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.resolver.ResolvedAddressTypes;
import io.netty.resolver.dns.DnsCache;
import io.netty.resolver.dns.DnsCacheEntry;
import io.netty.resolver.dns.DnsCnameCache;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.resolver.dns.DnsServerAddressStreamProviders;
import io.netty.resolver.dns.NoopDnsCache;
import io.netty.resolver.dns.SequentialDnsServerAddressStreamProvider;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks name servers itself, for they say how long an answer is good, which the runtime keeps to
 * itself. There is a thread once anybody asks.
 */
final class NameServers implements AutoCloseable {
  private static final int QUERY_MILLIS = 5000;
  private static final int ANSWER_SECONDS = 20;

  private final Supplier<DnsServerAddressStreamProvider> servers;
  private @Nullable EventLoopGroup group;
  private boolean closed;

  /**
   * @param servers asked for each time: they may change
   */
  NameServers(Supplier<DnsServerAddressStreamProvider> servers) {
    this.servers = servers;
  }

  /** Those that the system asks. */
  static NameServers ofSystem() {
    return new NameServers(DnsServerAddressStreamProviders::unixDefault);
  }

  /**
   * The addresses of a name, and for how long all of them are good. May block for seconds.
   *
   * @param asked in numbers, the first that answers counts; empty for those of the system
   */
  TimedAnswer ask(String host, List<SocketAddress> asked) throws UnknownHostException {
    EventLoop loop = loop(host);
    Good good = new Good();
    try (DnsNameResolver resolver =
        new DnsNameResolverBuilder(loop)
            .datagramChannelType(NioDatagramChannel.class)
            .socketChannelType(NioSocketChannel.class)
            .nameServerProvider(asked.isEmpty() ? servers.get() : these(asked))
            .resolvedAddressTypes(ResolvedAddressTypes.IPV4_PREFERRED)
            .completeOncePreferredResolved(false)
            .queryTimeoutMillis(QUERY_MILLIS)
            .resolveCache(good)
            .cnameCache(good.ofAliases())
            .build()) {
      List<InetAddress> found = resolver.resolveAll(host).get(ANSWER_SECONDS, TimeUnit.SECONDS);
      return new TimedAnswer(found, good.seconds());
    } catch (ExecutionException | TimeoutException e) {
      throw unknown(host, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unknown(host, e);
    }
  }

  private static DnsServerAddressStreamProvider these(List<SocketAddress> asked) {
    return new SequentialDnsServerAddressStreamProvider(
        asked.stream()
            .map(one -> new InetSocketAddress(InetAddress.ofLiteral(one.host()), one.port()))
            .toList());
  }

  private static UnknownHostException unknown(String host, Exception cause) {
    UnknownHostException unknown = new UnknownHostException(host + ": " + cause.getMessage());
    unknown.initCause(cause);
    return unknown;
  }

  private synchronized EventLoop loop(String host) throws UnknownHostException {
    if (closed) {
      throw new UnknownHostException(host + ": closing");
    }
    EventLoopGroup known = group;
    if (known == null) {
      known =
          new MultiThreadIoEventLoopGroup(
              1,
              Thread.ofPlatform().name("weft-names").daemon().factory(),
              NioIoHandler.newFactory());
      group = known;
    }
    return known.next();
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (group != null) {
      group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
  }

  /** Keeps nothing but how long answers are good. */
  private static final class Good implements DnsCache {
    private static final long NEVER_SAID = Long.MAX_VALUE;

    private final AtomicLong least = new AtomicLong(NEVER_SAID);

    long seconds() {
      long known = least.get();
      return known == NEVER_SAID ? 0 : known;
    }

    void said(long seconds) {
      least.accumulateAndGet(seconds, Math::min);
    }

    DnsCnameCache ofAliases() {
      return new DnsCnameCache() {
        @Override
        public @Nullable String get(String hostname) {
          return null;
        }

        @Override
        public void cache(String hostname, String cname, long originalTtl, EventLoop loop) {
          said(originalTtl);
        }

        @Override
        public void clear() {}

        @Override
        public boolean clear(String hostname) {
          return false;
        }
      };
    }

    @Override
    public void clear() {}

    @Override
    public boolean clear(String hostname) {
      return false;
    }

    @Override
    public @Nullable List<? extends DnsCacheEntry> get(
        String hostname, DnsRecord @Nullable [] additionals) {
      return null;
    }

    @Override
    public DnsCacheEntry cache(
        String hostname,
        DnsRecord @Nullable [] additionals,
        InetAddress address,
        long originalTtl,
        EventLoop loop) {
      said(originalTtl);
      return NoopDnsCache.INSTANCE.cache(hostname, additionals, address, originalTtl, loop);
    }

    @Override
    public DnsCacheEntry cache(
        String hostname, DnsRecord @Nullable [] additionals, Throwable cause, EventLoop loop) {
      return NoopDnsCache.INSTANCE.cache(hostname, additionals, cause, loop);
    }
  }
}
