package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
)

// idle opens connections, each of which has carried a request, and holds them until its input ends.
func idle(arguments []string) error {
	flags := flag.NewFlagSet("idle", flag.ExitOnError)
	target := flags.String("target", "", "the proxy")
	protocol := flags.String("protocol", "http1", "http1, or grpc with a stream that stays open")
	connections := flags.Int("connections", 1000, "connections")
	streams := flags.Int("streams", 1, "open streams of each")
	_ = flags.Parse(arguments)
	var held []net.Conn
	for range *connections {
		open := http1Once
		if *protocol == "grpc" {
			open = func(target string) (net.Conn, error) { return chatOnce(target, *streams) }
		}
		c, err := open(*target)
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

func http1Once(target string) (net.Conn, error) {
	c, err := net.Dial("tcp", target)
	if err != nil {
		return nil, err
	}
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: "+target+"\r\n\r\n"); err != nil {
		return nil, err
	}
	response, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(io.Discard, response.Body); err != nil || response.StatusCode != 200 {
		return nil, fmt.Errorf("status %d %v", response.StatusCode, err)
	}
	return c, nil
}

func chatOnce(target string, streams int) (net.Conn, error) {
	c, err := connect(target)
	if err != nil {
		return nil, err
	}
	text := message(16)
	for i := range streams {
		id := uint32(2*i + 1)
		c.headers(id, false, grpcHead(target, "/weft.Perf/Chat")...)
		c.data(id, text, false)
	}
	echoed := make(chan error, 1)
	go func() {
		left := streams * len(text)
		echoed <- c.serve(handlers{
			headers: func(uint32, map[string]string, bool) {},
			data: func(_ uint32, data []byte, _ bool) {
				if left -= len(data); left == 0 {
					echoed <- nil
				}
			},
		})
	}()
	return c.net, <-echoed
}
