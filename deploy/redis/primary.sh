#!/bin/sh
# The address of the primary: what a Sentinel says, else that of the server of this name. An address and not a name: whoever
# asks for the name of a server that was killed may be held up for seconds, Redis and Sentinels too, until they are no use.
for sentinel in sentinel-1 sentinel-2 sentinel-3; do
  said="$(REDISCLI_AUTH="$(cat /run/entrain/sentinel/password)" timeout 2 \
    redis-cli -h "$sentinel" -p 26379 sentinel get-master-addr-by-name mymaster 2>/dev/null | head -n 1)"
  case "$said" in
    *.*.*.*)
      echo "$said"
      exit
      ;;
  esac
done
getent hosts "$1" | cut -d ' ' -f 1
