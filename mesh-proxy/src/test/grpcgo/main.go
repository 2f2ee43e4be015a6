// Command grpcgo is a gRPC client and server: of grpc-go's interoperability cases, and of calls of which both count the PINGs with which
// grpc-go measures bandwidth.
//
//	grpcgo serve                         says its address, then, when its input ends, what it counted
//	grpcgo call ADDRESS N M              makes calls over one connection, and says what it counted
//	grpcgo serve-cases                   says its address, and ends when its input does
//	grpcgo cases ADDRESS AUTHORITY C...  runs cases by name, and says which passed
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

const (
	method = "/weft.Echo/Stream"
	small  = 128
	large  = 1 << 20
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 1 && args[0] == "serve":
		return serve()
	case len(args) == 4 && args[0] == "call":
		exchanges, err := strconv.Atoi(args[2])
		if err != nil {
			return err
		}
		messages, err := strconv.Atoi(args[3])
		if err != nil {
			return err
		}
		return call(args[1], exchanges, messages)
	case len(args) == 1 && args[0] == "serve-cases":
		return serveCases()
	case len(args) > 3 && args[0] == "cases":
		return callCases(args[1], args[2], args[3:])
	}
	return errors.New("usage: grpcgo serve | call ADDRESS EXCHANGES MESSAGES | serve-cases | cases ADDRESS AUTHORITY CASE...")
}

func serve() error {
	listening, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	seen := &counts{}
	server := grpc.NewServer(grpc.ForceServerCodec(raw{}), grpc.MaxRecvMsgSize(2*large), grpc.UnknownServiceHandler(echo))
	go func() { _ = server.Serve(seen.listener(listening)) }()
	fmt.Println(listening.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin)
	server.Stop()
	return json.NewEncoder(os.Stdout).Encode(seen.report())
}

func echo(_ any, stream grpc.ServerStream) error {
	for {
		var message []byte
		if err := stream.RecvMsg(&message); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := stream.SendMsg(&message); err != nil {
			return err
		}
	}
}

func call(address string, exchanges, messages int) error {
	seen := &counts{}
	over, err := grpc.NewClient("passthrough:///"+address, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(raw{}), grpc.MaxCallRecvMsgSize(2*large)), grpc.WithDisableRetry(),
		grpc.WithContextDialer(seen.dial))
	if err != nil {
		return err
	}
	defer over.Close()
	// One message at a time: each DATA is a burst of its own, and finds no PING under way.
	if err := converse(over, exchanges, small, 1); err != nil {
		return fmt.Errorf("small messages: %w", err)
	}
	err = together(
		func() error { return converse(over, messages, large, 8) },
		func() error { return converse(over, exchanges/4, small, 1) })
	if err != nil {
		return fmt.Errorf("large messages beside small ones: %w", err)
	}
	return json.NewEncoder(os.Stdout).Encode(seen.report())
}

// converse sends messages of one size and expects the same back, so many under way at most.
func converse(over *grpc.ClientConn, messages, size, most int) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	stream, err := over.NewStream(ctx, &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, method)
	if err != nil {
		return err
	}
	room := make(chan struct{}, most)
	send := func() error {
		for number := range messages {
			select {
			case room <- struct{}{}:
			case <-ctx.Done():
				return ctx.Err()
			}
			sent := content(number, size)
			if err := stream.SendMsg(&sent); err != nil && !errors.Is(err, io.EOF) {
				return err
			}
		}
		return stream.CloseSend()
	}
	receive := func() error {
		defer cancel()
		for number := range messages {
			var got []byte
			if err := stream.RecvMsg(&got); err != nil {
				return fmt.Errorf("message %d: %w", number, err)
			}
			if string(got) != string(content(number, size)) {
				return fmt.Errorf("message %d came back with other content", number)
			}
			<-room
		}
		var more []byte
		if err := stream.RecvMsg(&more); !errors.Is(err, io.EOF) {
			return fmt.Errorf("instead of the end: %v, %d bytes", err, len(more))
		}
		return nil
	}
	return together(send, receive)
}

func together(tasks ...func() error) error {
	errs := make(chan error, len(tasks))
	for _, task := range tasks {
		go func() { errs <- task() }()
	}
	var all error
	for range tasks {
		all = errors.Join(all, <-errs)
	}
	return all
}

func content(number, size int) []byte {
	bytes := make([]byte, size)
	for i := range bytes {
		bytes[i] = byte((number+1)*(i%251) + i>>8)
	}
	return bytes
}

// raw passes messages on as bytes.
type raw struct{}

func (raw) Name() string { return "raw" }

func (raw) Marshal(message any) ([]byte, error) { return *message.(*[]byte), nil }

func (raw) Unmarshal(data []byte, message any) error {
	*message.(*[]byte) = append([]byte(nil), data...)
	return nil
}
