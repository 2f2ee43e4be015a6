package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
)

// Idle connections are many: what each keeps of memory here must be little.
const idleBuffers = 1 << 10

// idle opens connections, each of which has carried a request, and holds them until its input ends.
func idle(arguments []string) error {
	flags := flag.NewFlagSet("idle", flag.ExitOnError)
	target := flags.String("target", "", "the proxy")
	protocol := flags.String("protocol", "http1", "http1, http2, or grpc with a stream that stays open")
	connections := flags.Int("connections", 1000, "connections")
	streams := flags.Int("streams", 1, "open streams of each, with grpc")
	ca := flags.String("ca", "", "root certificates: speak TLS")
	_ = flags.Parse(arguments)
	dial := func() (net.Conn, error) { return net.Dial("tcp", *target) }
	if *ca != "" {
		config, err := trusting(*ca)
		if err != nil {
			return err
		}
		dial = func() (net.Conn, error) { return tls.Dial("tcp", *target, config) }
	}
	var held []net.Conn
	for range *connections {
		c, err := dial()
		if err == nil {
			err = onceOn(c, *protocol, *target, *streams)
		}
		if err != nil {
			return fmt.Errorf("after %d connections: %w", len(held), err)
		}
		held = append(held, c)
	}
	fmt.Println("begin")
	_, err := io.Copy(io.Discard, os.Stdin)
	for _, c := range held {
		_ = c.Close()
	}
	return err
}

func trusting(file string) (*tls.Config, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s has no certificates", file)
	}
	return &tls.Config{RootCAs: roots, ServerName: "localhost", MinVersion: tls.VersionTLS13}, nil
}

func onceOn(c net.Conn, protocol, target string, streams int) error {
	switch protocol {
	case "http1":
		return http1Once(c, target)
	case "http2":
		return unaryOnce(c, target)
	case "grpc":
		return chatOnce(c, target, streams)
	}
	return fmt.Errorf("%q is none of http1, http2, grpc", protocol)
}

func http1Once(c net.Conn, target string) error {
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: "+target+"\r\n\r\n"); err != nil {
		return err
	}
	response, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, response.Body); err != nil || response.StatusCode != 200 {
		return fmt.Errorf("status %d %v", response.StatusCode, err)
	}
	return nil
}

// unaryOnce makes one call and waits for its end.
func unaryOnce(raw net.Conn, target string) error {
	c, err := begin(newSizedConnection(raw, idleBuffers))
	if err != nil {
		return err
	}
	c.headers(1, false, grpcHead(target, "/weft.Perf/Echo")...)
	c.data(1, message(16), true)
	done := false
	ended := fmt.Errorf("the call has ended")
	return unless(ended, c.serveUntil(handlers{
		headers: func(_ uint32, _ map[string]string, end bool) { done = done || end },
		data:    func(_ uint32, _ []byte, end bool) { done = done || end },
	}, func() error {
		if done {
			return ended
		}
		return nil
	}))
}

// chatOnce opens streams, each of which has carried a message both ways and stays open.
func chatOnce(raw net.Conn, target string, streams int) error {
	c, err := begin(newSizedConnection(raw, idleBuffers))
	if err != nil {
		return err
	}
	text := message(16)
	for i := range streams {
		id := uint32(2*i + 1)
		c.headers(id, false, grpcHead(target, "/weft.Perf/Chat")...)
		c.data(id, text, false)
	}
	left := streams * len(text)
	echoed := fmt.Errorf("all was echoed")
	return unless(echoed, c.serveUntil(handlers{
		headers: func(uint32, map[string]string, bool) {},
		data:    func(_ uint32, data []byte, _ bool) { left -= len(data) },
	}, func() error {
		if left <= 0 {
			return echoed
		}
		return nil
	}))
}

// unless is the error, or nil where it is the expected one.
func unless(expected, err error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}
