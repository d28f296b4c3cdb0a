# Runs at every build; the header changes only when what it says does.
set(COMMIT "unknown")
find_program(git git)
if(git)
  execute_process(COMMAND ${git} -C ${SOURCE} describe --always --dirty --abbrev=12
                  OUTPUT_VARIABLE described RESULT_VARIABLE failed ERROR_QUIET
                  OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT failed)
    set(COMMIT "${described}")
  endif()
endif()
configure_file(${INPUT} ${OUTPUT} @ONLY)
