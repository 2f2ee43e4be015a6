package main

import (
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"time"
)

// message is one gRPC message of this many bytes.
func message(size int) []byte {
	m := make([]byte, 5+size)
	binary.BigEndian.PutUint32(m[1:], uint32(size))
	for i := 5; i < len(m); i++ {
		m[i] = 'm'
	}
	return m
}

func grpcHead(target, path string) []string {
	return []string{
		":method", "POST", ":scheme", "http", ":path", path, ":authority", target,
		"content-type", "application/grpc", "te", "trailers", "user-agent", "weft-perf",
	}
}

// stream keeps bidirectional streams busy: each sends the next message when one of its own came back.
func stream(arguments []string) error {
	flags := flag.NewFlagSet("stream", flag.ExitOnError)
	target := flags.String("target", "", "the proxy")
	connections := flags.Int("connections", 64, "connections")
	streams := flags.Int("streams", 1, "streams of each")
	inflight := flags.Int("inflight", 1, "messages under way on each stream")
	size := flags.Int("size", 128, "bytes of a message")
	seconds := flags.Float64("seconds", 4, "measured time")
	warm := flags.Float64("warm", 1, "time before that")
	_ = flags.Parse(arguments)
	m := &meter{}
	open := make([]*connection, *connections)
	for i := range open {
		c, err := connect(*target)
		if err != nil {
			return err
		}
		open[i] = c
		go pingPong(c, m, *target, *streams, *inflight, message(*size))
	}
	m.run(duration(*warm), duration(*seconds), nil)
	for _, c := range open {
		_ = c.net.Close()
	}
	return nil
}

func duration(seconds float64) time.Duration { return time.Duration(seconds * float64(time.Second)) }

func pingPong(c *connection, m *meter, target string, streams, inflight int, text []byte) {
	pending := map[uint32]int{}
	for i := range streams {
		id := uint32(2*i + 1)
		c.headers(id, false, grpcHead(target, "/weft.Perf/Chat")...)
		for range inflight {
			c.data(id, text, false)
		}
		pending[id] = 0
	}
	err := c.serve(handlers{
		headers: func(id uint32, fields map[string]string, end bool) {
			if end || fields[":status"] != "200" {
				m.failure(fmt.Errorf("stream %d: %v", id, fields))
			}
		},
		data: func(id uint32, data []byte, end bool) {
			if end {
				m.failure(errors.New("a stream ended"))
				return
			}
			bytes := pending[id] + len(data)
			for ; bytes >= len(text); bytes -= len(text) {
				m.success()
				c.data(id, text, false)
			}
			pending[id] = bytes
		},
	})
	m.failure(err)
}
