// Command catalog is version 2 of the shop's catalog: the same answers as version 1, in Go.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	shop "weft.dev/shop/catalog/shopv1"
)

const count = 1000

var names = []string{"loom", "shuttle", "heddle", "reed", "bobbin", "spindle", "treadle", "warp beam"}

type catalog struct {
	shop.UnimplementedCatalogServer
	instance string
}

func (c *catalog) GetProduct(_ context.Context, request *shop.GetProductRequest) (*shop.Product, error) {
	digits, found := strings.CutPrefix(request.Id, "p")
	index, err := strconv.Atoi(digits)
	if !found || err != nil || index < 0 || index >= count || strconv.Itoa(index) != digits {
		return nil, status.Errorf(codes.NotFound, "no product '%s'", request.Id)
	}
	return &shop.Product{
		Id:         request.Id,
		Name:       fmt.Sprintf("%s no. %d", names[index%len(names)], index),
		PriceCents: 100 + 7*int64(index),
		ServedBy:   c.instance,
		Version:    "v2",
	}, nil
}

func main() {
	port := flag.Int("port", 0, "the port to listen on, on 127.0.0.1")
	name := flag.String("name", "catalog-v2", "the name of this instance")
	flag.Parse()
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", *port))
	if err != nil {
		log.Fatalf("catalog: %v", err)
	}
	server := grpc.NewServer()
	shop.RegisterCatalogServer(server, &catalog{instance: *name})
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, os.Interrupt)
	go func() {
		<-stop
		server.GracefulStop()
	}()
	fmt.Println("READY", *port)
	if err := server.Serve(listener); err != nil {
		log.Fatalf("catalog: %v", err)
	}
}
